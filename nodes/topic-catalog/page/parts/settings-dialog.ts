import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { VariableSetting } from '../../contract';
import { download } from '../download';
import { element } from '../element';
import {
  SettingsFileError,
  collectSettings,
  importSettings,
  readSettings,
  writeSettingsFile,
} from '../settings-file';
import { icons } from './icons';
import { PageDialog } from './page-dialog';

/** All that is set on the page: what there is, and out into a file and in again. */
@element('skm-settings-dialog')
export class SettingsDialog extends PageDialog {
  @state() private said = '';

  protected override heading(): unknown {
    return this.texts.all.title;
  }

  protected override content(): unknown {
    const texts = this.texts.all;
    const { variables } = this.app.settings;
    const disabled = !this.mayChange || this.busy;
    return html`<p>${texts.intro}</p>
      ${
        variables.length === 0
          ? html`<p>${texts.none}</p>`
          : html`<ul aria-label=${texts.table}>
              ${repeat(
                variables,
                ({ nodo, variable }) => JSON.stringify([nodo, variable]),
                (setting) => this.entry(setting, disabled),
              )}
            </ul>`
      }
      ${this.alert()}
      <p role="status">${this.said}</p>
      <div class="row">
        <button ?disabled=${this.busy} @click=${() => void this.exportAll()}>
          ${icons.download} ${texts.export}
        </button>
        <button class="start" ?disabled=${disabled} @click=${() => this.fileField.click()}>
          ${texts.import}
        </button>
        <input
          type="file"
          hidden
          accept="application/json,.json"
          aria-label=${texts.import}
          @change=${() => void this.importAll()}
        />
        <button class="primary" @click=${() => this.close()}>${this.texts.close}</button>
      </div>`;
  }

  private entry(setting: VariableSetting, disabled: boolean): TemplateResult {
    const texts = this.texts.all;
    const { nodo, variable, name, unit, decimals, colour, order, limits } = setting;
    const said = [
      name,
      unit,
      decimals === undefined ? undefined : `${this.texts.variable.decimals}: ${decimals}`,
      colour === undefined ? undefined : this.texts.variable.colours[colour - 1],
      order === undefined ? undefined : texts.place(order),
      limits === undefined ? undefined : texts.limits(limits.length),
    ].filter((part) => part !== undefined);
    return html`<li>
      <span class="what"
        ><strong><bdi>${variable}</bdi></strong> · <bdi>${nodo ?? texts.everyNode}</bdi
        ><small
          >${said.map((part, index) => html`${index === 0 ? nothing : ', '}<bdi>${part}</bdi>`)}</small
        ></span
      >
      <button
        ?disabled=${disabled}
        aria-label="${texts.remove(variable)} (${nodo ?? texts.everyNode})"
        title=${texts.remove(variable)}
        @click=${() => void this.change('set-variable', { nodo, variable })}
      >
        ${icons.close}
      </button>
    </li>`;
  }

  private get fileField(): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')!;
  }

  private async exportAll(): Promise<void> {
    await this.attempt(async () => {
      const file = await collectSettings(this.app.client, this.app.settings.variables);
      const name = `${this.texts.all.title}.json`;
      download(name, new Blob([writeSettingsFile(file)], { type: 'application/json' }));
      return this.texts.all.exported(file.variables.length, file.notes.length);
    });
  }

  private async importAll(): Promise<void> {
    const [file] = this.fileField.files ?? [];
    if (!file) return;
    let done = 0;
    await this.attempt(
      async () => {
        const content = await readSettings(file);
        await importSettings(this.app.client, content, this.app.settings.variables, (imported, all) => {
          done = imported;
          this.said = this.texts.all.importing(imported, all);
        });
        return this.texts.all.imported(content.variables.length, content.notes.length);
      },
      (reason) => (done === 0 ? reason : this.texts.all.stopped(done, reason)),
    );
    // The same file can be chosen again.
    this.fileField.value = '';
  }

  /** @param work gives what is said at its end */
  private async attempt(
    work: () => Promise<string>,
    explain: (reason: string) => string = (reason) => reason,
  ): Promise<void> {
    this.busy = true;
    this.problem = '';
    this.said = '';
    try {
      this.said = await work();
    } catch (error) {
      this.said = '';
      this.problem =
        error instanceof SettingsFileError ? this.texts.all[error.reason] : explain(this.reasonOf(error));
    } finally {
      this.busy = false;
    }
  }
}
