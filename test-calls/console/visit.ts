import axe from 'axe-core';
import { shownByApp } from '#accounts/staff/testing/app-of-codes.ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PASSWORD, type ConsoleHouse } from './house.ts';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const asked = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] };

export interface VisitOptions {
  readonly language?: 'en' | 'es';
  readonly theme?: 'light' | 'dark';
}

/** Somebody before the page, as Chromium shows it. What goes wrong in the page is kept. */
export class Visit {
  readonly page: Page;
  /** Errors of scripts, of the content policy, and files that are missing. */
  readonly wrong: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.wrong.push(error.message));
    page.on('console', (message) => {
      // A refusal of the API is told as an error as well: those are looked at where they are expected.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.wrong.push(message.text());
    });
  }

  static async begin(browser: Browser, address: string, { language = 'en', theme = 'light' }: VisitOptions = {}) {
    const context = await browser.newContext({
      baseURL: address,
      viewport: { width: 1280, height: 800 },
      locale: language === 'es' ? 'es-US' : 'en-US',
      timezoneId: 'America/New_York',
      colorScheme: theme,
    });
    // Chosen on this machine, as somebody does in the settings.
    const chosen = JSON.stringify({ language, theme: 'system', singleKeys: true });
    await context.addInitScript(`localStorage['homeline-console'] ??= ${JSON.stringify(chosen)}`);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return new Visit(context, page);
  }

  /** Signed in, on the page of this address. */
  static async signedIn(house: ConsoleHouse, username: string, path = '/console/', options: VisitOptions = {}) {
    const visit = await Visit.begin(house.browser, house.address, options);
    await visit.page.goto(path);
    await visit.signIn(username);
    return visit;
  }

  async signIn(username: string): Promise<void> {
    await this.type({ username, password: PASSWORD });
    await this.page.locator('#page h1').waitFor();
  }

  /** Types what is asked at sign-in, and sends it. */
  async type(typed: { readonly username: string; readonly password: string; readonly code?: string }): Promise<void> {
    const { page } = this;
    for (const [name, value] of Object.entries(typed)) await page.locator(`input[name=${name}]`).fill(value);
    await page.locator('button[type=submit]').click();
  }

  /** The key of an app of codes, as the page writes it. */
  async secretShown(): Promise<string> {
    return ((await this.page.locator('code.key').textContent()) ?? '').replaceAll(' ', '');
  }

  /** By keys alone sets up the code that is due, before anything else is shown. `look` at each step, once it is there. */
  async firstCode(look: (step: 'prove' | 'confirm' | 'codes') => Promise<void>): Promise<void> {
    const { page } = this;
    const shown = async (step: 'prove' | 'confirm' | 'codes', sign: string) => {
      await page.locator(sign).waitFor();
      // Where a screen reader begins.
      await page.locator('h1:focus').waitFor();
      await look(step);
      await page.locator('h1').focus();
      await page.keyboard.press('Tab');
    };
    await shown('prove', 'input[name=current]');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await shown('confirm', 'code.key');
    await page.keyboard.type(shownByApp(await this.secretShown(), new Date()));
    await page.keyboard.press('Enter');
    await shown('codes', '.once');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#page h1').waitFor();
  }

  /** Goes to an address without loading the page anew, and waits until what is there has come. */
  async go(path: string): Promise<void> {
    await this.page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await this.settled();
  }

  /** Everything that was asked for has been answered and is shown. */
  async settled(): Promise<void> {
    await this.page.locator('#page h1').waitFor();
    await this.page.locator('.loading').first().waitFor({ state: 'detached' });
  }

  /** What axe finds against WCAG 2.2 AA and its own best practices: one line each. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate<axe.AxeResults>(`axe.run(document, ${JSON.stringify(asked)})`);
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`);
  }

  end(): Promise<void> {
    return this.#context.close();
  }
}
