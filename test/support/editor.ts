import assert from 'node:assert/strict';
import type { Browser, Locator, Page, Response } from 'playwright-core';
import { PACKAGE_NAME } from '../../nodes/shared/package-name';
import { until } from './until';

/** Where a node is put on the canvas, in pixels. */
export interface Place {
  x: number;
  y: number;
}

/** An open dialog of a node or, on top of one, of a config node. */
export class Dialog {
  constructor(
    private readonly page: Page,
    private readonly prefix: 'node-input' | 'node-config-input',
  ) {}

  /** The field of a property: what a person types into, also where a typed input stands in its place. */
  field(property: string): Locator {
    const input = `#${this.prefix}-${property}`;
    return this.page
      .locator(`${input}:visible, .form-row:has(${input}) input.red-ui-typedInput-input:visible`)
      .first();
  }

  /** The labels of all fields that are shown, as a person reads them. */
  async labels(): Promise<string[]> {
    const labels = await this.page.locator('.red-ui-tray-body .form-row > label:visible').allInnerTexts();
    return labels.map((label) => label.trim()).filter((label) => label !== '');
  }

  /** The labels that take more than one line, those of fields that are hidden now among them. */
  async wrappedLabels(): Promise<string[]> {
    return this.page.evaluate<string[]>(`(() => {
      const rows = $('.red-ui-tray-body').last().find('form');
      const hidden = rows.find('*').filter((_, element) => element.style.display === 'none').show();
      const wrapped = rows.find('.form-row > label').toArray().filter((label) =>
        label.getBoundingClientRect().height > 1.5 * parseFloat(getComputedStyle(label).lineHeight));
      hidden.hide();
      return wrapped.map((label) => label.innerText.trim());
    })()`);
  }

  /** Opens what is folded away. @returns the names of the folds that were closed */
  async unfold(): Promise<string[]> {
    const closed = this.page.locator('.red-ui-tray-body details:not([open]) > summary:visible');
    const names = (await closed.allInnerTexts()).map((name) => name.trim());
    while ((await closed.count()) > 0) await closed.first().click();
    return names;
  }

  async fill(property: string, value: string): Promise<void> {
    await this.field(property).fill(value);
    // The editor checks a field when it is left.
    await this.field(property).press('Tab');
  }

  async tick(property: string): Promise<void> {
    await this.page.locator(`#${this.prefix}-${property}`).check();
  }

  async choose(property: string, value: string): Promise<void> {
    await this.page.locator(`#${this.prefix}-${property}`).selectOption(value);
  }

  /** Changes the type of a typed input. */
  async setType(property: string, type: string): Promise<void> {
    await this.page
      .locator(`.form-row:has(#${this.prefix}-${property}) button.red-ui-typedInput-type-select`)
      .click();
    await this.page.locator(`.red-ui-typedInput-options:visible a[value="${type}"]`).click();
  }

  /** Takes the one config node that there is for a property. */
  async chooseConfig(property: string): Promise<void> {
    const select = this.page.locator(`#${this.prefix}-${property}`);
    const ids = await attributes(select.locator('option'), 'value');
    const [id] = ids.filter((value) => value !== '_ADD_' && value !== '');
    assert.ok(id, `no config node to choose for ${property}`);
    await select.selectOption(id);
  }

  /** Makes a new config node for a property, in its own dialog. */
  async addConfig(property: string, fill: (dialog: Dialog) => Promise<void>): Promise<void> {
    await this.page
      .locator(`#${this.prefix}-lookup-${property}, #${this.prefix}-btn-${property}-add`)
      .first()
      .click();
    await this.page.locator('#node-config-dialog-ok').waitFor();
    await fill(new Dialog(this.page, 'node-config-input'));
    await this.page.locator('#node-config-dialog-ok').click();
    await this.page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
  }

  /** Presses the button that tests the connection. @returns what it found, once it has */
  async testConnection(): Promise<string[]> {
    await this.page.locator('#node-config-test-connection').click();
    return until('what the test of the connection found', async () => {
      const found = await this.findings();
      return found.length > 0 && found;
    });
  }

  /** What the last test of the connection found: "good: Connected to ..." */
  async findings(): Promise<string[]> {
    const lines = await this.page.locator('#node-config-test-findings li[data-level]').all();
    return Promise.all(
      lines.map(async (line) => `${await line.getAttribute('data-level')}: ${await line.innerText()}`),
    );
  }

  /** The fields that the editor marks as wrong. */
  async invalidFields(): Promise<string[]> {
    return attributes(this.page.locator(`[id^="${this.prefix}-"].input-error`), 'id');
  }

  /** Confirms the dialog. */
  async done(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  }
}

/** Node-RED's editor in a browser, driven as a person does. */
export class Editor {
  private constructor(readonly page: Page) {}

  /**
   * @param locale the browser's language
   * @param login where the editor asks for one
   */
  static async open(
    browser: Browser,
    url: string,
    locale = 'en-US',
    login?: { user: string; password: string },
  ): Promise<Editor> {
    const context = await browser.newContext({ locale, viewport: { width: 1500, height: 1000 } });
    const page = await context.newPage();
    await page.goto(url);
    if (login) {
      await page.locator('#node-dialog-login-username').fill(login.user);
      await page.locator('#node-dialog-login-password').fill(login.password);
      await page.locator('#node-dialog-login-submit').click();
    }
    await page.locator('#red-ui-palette-container .red-ui-palette-node').first().waitFor();
    return new Editor(page);
  }

  /** Drags a node from the palette onto the canvas. @returns its id */
  async addNode(type: string, { x, y }: Place): Promise<string> {
    const before = new Set(await this.nodeIds());
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    await entry.dragTo(this.page.locator('#red-ui-workspace-chart'), { targetPosition: { x, y } });
    return until(`a node ${type} on the canvas`, async () =>
      (await this.nodeIds()).find((id) => !before.has(id)),
    );
  }

  /** Draws a wire from an output to the input of another node. */
  async wire(from: string, to: string, output = 0): Promise<void> {
    const before = await this.countWires();
    const center = async (port: Locator) => {
      const box = await port.boundingBox();
      assert.ok(box, 'a port that can be seen');
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const start = await center(
      this.page.locator(`[id="${from}"] .red-ui-flow-port-output .red-ui-flow-port`).nth(output),
    );
    const end = await center(this.page.locator(`[id="${to}"] .red-ui-flow-port-input .red-ui-flow-port`));
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x, end.y, { steps: 10 });
    await this.page.mouse.up();
    await until('the new wire', async () => (await this.countWires()) === before + 1);
  }

  /** Opens the dialog of a node. */
  async edit(id: string): Promise<Dialog> {
    // Its middle: that of the whole is beside it where the status is long.
    await this.page.locator(`[id="${id}"] rect.red-ui-flow-node`).dblclick();
    await this.page.locator('#node-dialog-ok').waitFor();
    return new Dialog(this.page, 'node-input');
  }

  /** Deploys. A node that the editor holds for invalid makes it fail, with the editor's words. */
  async deploy(): Promise<void> {
    assert.deepEqual(await this.invalidNodes(), [], 'invalid nodes');
    const { page } = this;
    let status: number | undefined;
    const onResponse = (response: Response) => {
      if (response.url().endsWith('/flows') && response.request().method() === 'POST')
        status = response.status();
    };
    page.on('response', onResponse);
    await page.locator('#red-ui-header-button-deploy').click();
    const question = page.locator('.red-ui-notification:visible button.primary');
    const outcome = await until(
      'the answer to the deploy',
      async () => status ?? ((await question.count()) > 0 && 'asks'),
    );
    page.off('response', onResponse);
    assert.equal(outcome, 200, `the editor says: ${(await this.notifications()).join(' ')}`);
  }

  /** Imports an example of this package by the menu. */
  async importExample(name: string): Promise<void> {
    const { page } = this;
    const before = (await this.tabs()).length;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-import').click();
    await page.locator('[id="red-ui-tab-red-ui-clipboard-dialog-import-tab-examples"]').click();
    const entries = page.locator(
      '#red-ui-clipboard-dialog-import-tab-examples .red-ui-treeList-label:visible',
    );
    await entries.filter({ hasText: PACKAGE_NAME }).click();
    await entries.filter({ hasText: name }).click();
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await until(`the example ${name} on a tab of its own`, async () => {
      assert.deepEqual(await this.notifications(), []);
      return (await this.tabs()).length === before + 1;
    });
  }

  /** What the editor says in the boxes at its top: warnings, questions, errors. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.red-ui-notification:visible').allInnerTexts();
  }

  /** Labels of the tabs, in their order. */
  async tabs(): Promise<string[]> {
    return this.page.evaluate<string[]>(`(() => {
      const labels = [];
      RED.nodes.eachWorkspace((tab) => labels.push(tab.label));
      return labels;
    })()`);
  }

  /** The nodes that the editor marks as invalid, with the names of the properties. */
  async invalidNodes(): Promise<string[]> {
    return this.page.evaluate<string[]>(`(() => {
      const invalid = [];
      const look = (node) => {
        if (node.valid === false || node.type === 'unknown') invalid.push(node.type + ': ' + (node.validationErrors || []).join(', '));
      };
      RED.nodes.eachNode(look);
      RED.nodes.eachConfig(look);
      return invalid;
    })()`);
  }

  /** What stands on a node. */
  async labelOf(id: string): Promise<string> {
    return (await this.page.locator(`[id="${id}"] .red-ui-flow-node-label`).textContent()) ?? '';
  }

  /** Presses the button beside a node: an inject sends its message. */
  async press(id: string): Promise<void> {
    await this.page.locator(`[id="${id}"] .red-ui-flow-node-button-button`).click();
  }

  /** The status text under a node. */
  async statusOf(id: string): Promise<string> {
    // It is SVG, of which innerText knows nothing.
    const label = this.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`);
    return (await label.textContent()) ?? '';
  }

  async showDebugSidebar(): Promise<void> {
    await this.page.evaluate(`RED.actions.invoke('core:show-debug-tab')`);
    await this.page.locator('.red-ui-debug-content-list').waitFor();
  }

  /** The messages in the debug sidebar, oldest first, each as one text. */
  async debugMessages(): Promise<string[]> {
    return this.page.locator('.red-ui-debug-msg').allInnerTexts();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  private nodeIds(): Promise<string[]> {
    return this.page.evaluate<string[]>(`(() => {
      const ids = [];
      RED.nodes.eachNode((node) => ids.push(node.id));
      return ids;
    })()`);
  }

  private countWires(): Promise<number> {
    return this.page.evaluate<number>(`(() => {
      let count = 0;
      RED.nodes.eachLink(() => { count += 1; });
      return count;
    })()`);
  }
}

async function attributes(elements: Locator, name: string): Promise<string[]> {
  return Promise.all((await elements.all()).map(async (element) => (await element.getAttribute(name)) ?? ''));
}
