/** Where a dashboard loads the page's script from, below httpNodeRoot. */
export const PAGE_SCRIPT = '/serial-kafka-mongo/dashboard.js';

/**
 * The way from a dashboard to the page's script. It leads over the place at which the browser sees the dashboard, so
 * that it is right under every httpNodeRoot and behind a proxy that adds a path of its own.
 * @param dashboardPath the dashboard's path below httpNodeRoot: `ui`, `foo/bar`, or nothing
 * @returns relative to the dashboard's own address, which ends with a slash
 */
export function scriptFrom(dashboardPath: string): string {
  const depth = dashboardPath.split('/').filter((part) => part !== '').length;
  return `${depth === 0 ? './' : '../'.repeat(depth)}${PAGE_SCRIPT.slice(1)}`;
}

/** Stands where the page comes, for as long as its script does not run; in both languages, since it knows neither. */
export const NOT_LOADED = `<p style="padding: 24px; font: 15px system-ui, sans-serif" hidden>
    La página no se pudo cargar: su script no llega del servidor. Revise que Node-RED tenga el nodo topic-catalog, y recargue.<br />
    The page could not be loaded: its script does not come from the server. Check that Node-RED has the node topic-catalog, and reload.
    <br /><code></code>
  </p>`;

/** Loads the script once, from `url`; where it does not come, `page` says so, with the address that was tried. */
export const LOAD_SCRIPT = `function loadPage(page, url) {
      if (customElements.get('serial-kafka-mongo-dashboard')) return;
      var script = document.createElement('script');
      script.src = url;
      script.onerror = function () {
        script.remove();
        var notice = page.querySelector('p');
        notice.querySelector('code').textContent = url;
        notice.hidden = false;
      };
      document.head.appendChild(script);
    }`;
