/**
 * Class decorator: makes a custom element known under a name, once. A dashboard that renders its page anew, as it does
 * after Node-RED was restarted, may run the page's script a second time in the same document.
 */
export function element(name: string): (constructor: CustomElementConstructor) => void {
  return (constructor) => {
    if (!customElements.get(name)) customElements.define(name, constructor);
  };
}
