import { html, nothing, type TemplateResult } from 'lit';
import type { Address } from '../address';
import type { ViewContext } from '../view-context';

interface LinkLook {
  class?: string;
  /** said in place of the content */
  label?: string;
  title?: string;
  /** whether it leads to what is shown already; absent where that is never asked */
  current?: boolean;
  /** for texts that come from data, whose direction nobody knows */
  dir?: 'auto';
}

/**
 * The one link of the page: a plain click changes what is shown without loading anything; every other click (with Ctrl,
 * Cmd, Shift or Alt, or with another button than the first) is the browser's, which opens a tab, a window or a menu.
 */
export function link(
  app: Pick<ViewContext, 'link' | 'go'>,
  address: Address,
  content: unknown,
  look: LinkLook = {},
): TemplateResult {
  return html`<a
    class=${look.class ?? nothing}
    dir=${look.dir ?? nothing}
    href=${app.link(address)}
    aria-label=${look.label ?? nothing}
    title=${look.title ?? nothing}
    aria-current=${look.current === undefined ? nothing : look.current ? 'page' : 'false'}
    @click=${(event: MouseEvent) => follow(event, () => app.go(address))}
    >${content}</a
  >`;
}

function follow(event: MouseEvent, go: () => void): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  go();
}
