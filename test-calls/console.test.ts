import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openConsoleHouse, PASSWORD, type ConsoleHouse } from './console/house.ts';
import { placesOf } from './console/places.ts';
import { Visit } from './console/visit.ts';
import { shownByApp } from '#accounts/staff/testing/app-of-codes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

let house: ConsoleHouse;
beforeAll(async () => {
  house = await openConsoleHouse();
});
afterAll(() => house.close());

const plain = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ');

describe('an agent', () => {
  test('finds a number as they type, blocks calls to it and lifts the block, without a mouse', async () => {
    const visit = await Visit.signedIn(house, 'ana');
    const { page } = visit;
    await page.keyboard.press('/');
    await page.keyboard.type('2135550142');
    await page.locator('.found li').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console/numbers/+12135550142');
    await visit.settled();

    await page.keyboard.press('b');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await dialog.locator('input[type=radio]').nth(1).check();
    await dialog.locator('select').selectOption('rio-claro');
    await dialog.locator('button[type=submit]').press('Enter');
    expect(await dialog.locator('[role=alert]').textContent()).toBe('Write why.');
    await dialog.locator('textarea').fill('asked on the phone');
    expect(plain(await dialog.locator('.effect strong').textContent())).toBe(
      'Calls from Río Claro Facility to +1 213 555 0142 will be refused from now on.',
    );
    await dialog.locator('button[type=submit]').press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(plain(await page.locator('.said p').textContent())).toContain(
      'Blocked. Calls from Río Claro Facility to +1 213 555 0142 are refused from now on.',
    );

    const block = page.locator('.card li', { hasText: 'Río Claro Facility' });
    await block.getByRole('button', { name: 'Lift' }).press('Enter');
    await dialog.getByLabel('I called this number back').check();
    await dialog.locator('textarea').fill('asked again');
    await dialog.locator('button[type=submit]').press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await block.waitFor({ state: 'detached' });
    expect(visit.wrong).toEqual([]);
    await visit.end();
  });

  test('asks for a card in the talk that they are in, and only for an amount that can be paid in', async () => {
    const visit = await Visit.signedIn(house, 'ana', `/console/accounts/${house.world.accountId}`);
    const { page } = visit;
    await page.getByRole('button', { name: 'Take a card payment' }).click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByLabel('Amount in dollars').fill('1.99');
    await dialog.locator('button[type=submit]').click();
    expect(await dialog.locator('[role=alert]').textContent()).toBe('Enter an amount from 2 to 100 dollars.');
    await dialog.getByLabel('Amount in dollars').fill('25');
    expect(await dialog.locator('.effect').textContent()).toContain('adds $25.00 to this account when they confirm');
    expect(await visit.violations()).toEqual([]);
    await dialog.locator('button[type=submit]').click();
    expect(await page.locator('.said p').textContent()).toContain('The line asks the caller now.');
    for (const [button, kind] of [
      ['Save as PDF', 'pdf'],
      ['Save as a table', 'csv'],
    ] as const) {
      const downloaded = page.waitForEvent('download');
      await page.getByRole('button', { name: button }).click();
      expect((await downloaded).suggestedFilename()).toMatch(
        new RegExp(`^homeline-1\\d{9}-\\d{4}-\\d\\d-\\d\\d-\\d{4}-\\d\\d-\\d\\d\\.${kind}$`),
      );
    }
    await page.getByLabel('To day').fill('2001-01-01');
    await page.getByRole('button', { name: 'Save as PDF' }).click();
    expect(await page.locator('.narrow [role=alert]').textContent()).toContain('Choose a first and a last day');
    expect(visit.wrong).toEqual([]);
    await visit.end();
  });

  test('turns the telephone on in the page, is told that there is no microphone, and orders a hold for that on the table', async () => {
    const visit = await Visit.signedIn(house, 'ana');
    const { page } = visit;
    const panel = page.locator('.phone');
    await panel.getByText('no call can reach you').waitFor();
    await panel.getByRole('button', { name: 'Telephone here' }).press('Enter');
    await panel.getByText(/^No microphone was found|^The microphone is not allowed/).waitFor();
    expect(await panel.locator('.badge', { hasText: 'Off' }).count()).toBe(1);
    await panel.getByText('In a talk').waitFor();
    // No keys of a telephone that is not here.
    expect(await panel.getByRole('button', { name: 'Keypad' }).count()).toBe(0);
    const ordered = page.waitForResponse(/\/v1\/staff\/desk\/me\/talk\/hold$/);
    await page.keyboard.press('h');
    expect((await ordered).status()).toBe(202);
    await panel.getByRole('button', { name: 'Refund' }).press('Enter');
    await panel.locator('button[aria-pressed=true]', { hasText: 'Refund' }).waitFor();
    expect(await visit.violations()).toEqual([]);
    expect(visit.wrong).toEqual([]);
    await visit.end();
  });

  test('who signs in elsewhere is told so where they were, and goes on there', async () => {
    const here = await Visit.signedIn(house, 'ana', '/console/calls');
    const there = await Visit.signedIn(house, 'ana');
    await here.page.getByRole('button', { name: 'Show', exact: true }).click();
    await here.page.getByRole('link', { name: 'Refunds' }).click();
    await expect.poll(() => here.page.locator('.notice').textContent()).toContain('You signed in somewhere else');
    await here.signIn('ana');
    expect(new URL(here.page.url()).pathname).toBe('/console/refunds');
    await Promise.all([here.end(), there.end()]);
  });

  test('who does nothing is warned a minute before, and stays with one press', async () => {
    const visit = await Visit.begin(house.browser, house.address);
    const { page } = visit;
    await page.clock.install();
    await page.goto('/console/');
    await visit.signIn('ana');
    // What was asked for at the beginning counts as use when it is answered.
    await visit.settled();
    await page.clock.runFor(13 * 60_000);
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await page.clock.runFor(65_000);
    const warning = page.locator('dialog[open]');
    expect(await warning.textContent()).toMatch(/You will be signed out in \d+ seconds/);
    await warning.getByRole('button').press('Enter');
    await page.clock.runFor(2_000);
    await expect.poll(() => page.locator('dialog[open]').count()).toBe(0);
    await visit.end();
  });
});

test('a supervisor hears a recording, each side by itself, and that is written down', async () => {
  const { callId } = house.world;
  const visit = await Visit.signedIn(house, 'ray', `/console/calls/${callId}`);
  const { page } = visit;
  const player = page.locator('.player');
  await player.waitFor();
  // Both sides, each in its colour: more blue than red above, more red than blue below.
  const drawn = `(() => {
    const canvas = document.querySelector('.wave canvas');
    const [width, half] = [canvas?.width ?? 0, (canvas?.height ?? 0) / 2];
    const pixels = (top) => [...canvas.getContext('2d').getImageData(4, top, width - 4, half).data];
    const more = (top, one, other) => pixels(top).some((_, at, all) => at % 4 === 0 && all[at + one] > all[at + other] + 40);
    return width > 0 && more(0, 2, 0) && more(half, 0, 2);
  })()`;
  await expect.poll(() => page.evaluate(drawn)).toBe(true);
  await player.getByRole('slider').focus();
  await page.keyboard.press('.');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await player.locator('select').inputValue()).toBe('1.25');
  await page.keyboard.press(' ');
  await expect.poll(() => player.locator('.position').textContent()).toMatch(/^0:3[1-9] of 0:42$/);
  await player.getByLabel('Person inside').uncheck();
  await page.keyboard.press('Escape');
  await visit.go('/console/audit');
  const heard = page.locator('tr', { hasText: 'Listened to a recording' });
  await expect.poll(() => heard.count()).toBe(1);
  expect(await heard.textContent()).toContain('Ray Ortega');
  expect(visit.wrong).toEqual([]);
  await visit.end();
});

test('a supervisor decides about a refund, prints a check and says that it was mailed', async () => {
  const visit = await Visit.signedIn(house, 'ray', '/console/refunds');
  const { page } = visit;
  const dialog = page.locator('dialog[open]');
  await page.getByRole('button', { name: 'Decide' }).click();
  await dialog.getByLabel('It was not refunded').check();
  await dialog.locator('textarea').fill('looked at the gateway');
  expect(await visit.violations()).toEqual([]);
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('No refund is in this state.').waitFor();

  await visit.go('/console/cheques');
  const downloaded = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Print 2 checks$/ }).click();
  expect((await downloaded).suggestedFilename()).toMatch(/^checks-.*\.csv$/);
  await page.getByRole('button', { name: 'Being printed' }).click();
  await page.getByRole('button', { name: 'Handle' }).first().click();
  await dialog.locator('button[type=submit]').click();
  expect(await dialog.locator('[role=alert]').textContent()).toBe('Enter the number that is printed on the check.');
  await dialog.getByLabel('Check number').fill('1001');
  expect(await visit.violations()).toEqual([]);
  await dialog.locator('button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Mailed' }).click();
  await page.locator('td', { hasText: '1001' }).waitFor();

  // Another supervisor is faster: what they did is told in words, and nothing is overwritten.
  await page.getByRole('button', { name: 'Handle' }).click();
  await dialog.getByLabel('The mail brought it back').check();
  const other = await Visit.signedIn(house, 'kim');
  const cashed = `(async () => {
    const at = '/v1/staff/cheques';
    const { cheques } = await (await fetch(at + '?state=mailed')).json();
    const headers = { 'content-type': 'application/json', 'if-match': '"' + cheques[0].version + '"' };
    return (await fetch(at + '/' + cheques[0].id + '/cashed', { method: 'POST', body: '{}', headers })).status;
  })()`;
  expect(await other.page.evaluate(cashed)).toBe(200);
  await other.end();
  await dialog.locator('button[type=submit]').click();
  await expect
    .poll(() => dialog.locator('[role=alert]').textContent())
    .toMatch(/Somebody else was faster.*Kim Nguyen has done this: the bank paid it .*It is now: Cashed\./);
  expect(await visit.violations()).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('No check is in this state.').waitFor();
  expect(visit.wrong).toEqual([]);
  await visit.end();
});

test('an administrator adds somebody, who sets a password and a code of their own, and gets in without the phone', async () => {
  const boss = await Visit.begin(house.browser, house.address, { language: 'es', theme: 'dark' });
  await boss.page.goto('/console/staff');
  await boss.type({ username: 'sam', password: PASSWORD });
  await boss.page.getByRole('heading', { name: 'Configure su código' }).waitFor();
  expect(await boss.violations()).toEqual([]);
  await boss.page.getByLabel('Idioma').selectOption('en');
  const steps: string[] = [];
  await boss.firstCode(async (step) => {
    steps.push(step);
    expect(await boss.violations(), step).toEqual([]);
  });
  expect(steps).toEqual(['prove', 'confirm', 'codes']);
  await boss.settled();
  expect(await boss.violations()).toEqual([]);
  await boss.page.getByRole('button', { name: 'Add somebody' }).press('Enter');
  const dialog = boss.page.locator('dialog[open]');
  await dialog.getByLabel('User name').fill('noor');
  await dialog.getByRole('button', { name: 'Add somebody' }).click();
  expect(await dialog.locator('[role=alert]').textContent()).toBe('Enter name and user name.');
  await dialog.getByLabel('Name', { exact: true }).fill('Noor Haddad');
  await dialog.getByLabel('Facility staff').check();
  await dialog.getByLabel('Río Claro Facility').check();
  expect(await boss.violations()).toEqual([]);
  await dialog.getByRole('button', { name: 'Add somebody' }).click();
  await dialog.locator('.once').waitFor();
  const [, password = ''] = await dialog.locator('.once code').allTextContents();
  expect(await boss.violations()).toEqual([]);
  await boss.page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'I have passed it on' }).click();
  await boss.page.locator('tr', { hasText: 'Noor Haddad' }).getByText('Has not signed in').waitFor();

  const visit = await Visit.begin(house.browser, house.address);
  const { page } = visit;
  await page.goto('/console/me');
  await visit.type({ username: 'noor', password });
  await page.getByRole('heading', { name: 'Set your own password' }).waitFor();
  expect(await visit.violations()).toEqual([]);
  const own = 'Mine-Alone-Horse-9';
  await page.getByLabel('Password now').fill(password);
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password again').fill('short');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect
    .poll(() => page.locator('[role=alert]').textContent())
    .toContain('The new password needs 12 characters or more.');
  await page.getByLabel('New password', { exact: true }).fill(own);
  await page.getByLabel('New password again').fill(own);
  await page.getByRole('button', { name: 'Set the password' }).press('Enter');
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await visit.settled();

  await page.getByRole('button', { name: 'Set up a code' }).click();
  const asking = page.locator('dialog[open]');
  await asking.getByLabel('Password now').fill(own);
  await asking.getByRole('button', { name: 'Go on' }).click();
  const secret = await visit.secretShown();
  expect(await visit.violations()).toEqual([]);
  await asking.getByLabel('Six digits').fill(shownByApp(secret, new Date()));
  await asking.getByRole('button', { name: 'Ask for a code' }).click();
  await asking.locator('.once').waitFor();
  const [recovery = ''] = await asking.locator('.once code').allTextContents();
  expect(await visit.violations()).toEqual([]);
  await asking.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('input[name=username]').waitFor();
  await visit.type({ username: 'noor', password: own, code: recovery });
  await page.getByText('9 recovery codes are left.').waitFor();
  await page.locator('#page select').selectOption('es');
  await page.getByRole('heading', { name: 'Mi cuenta' }).waitFor();
  expect([...boss.wrong, ...visit.wrong]).toEqual([]);

  await boss.page.getByRole('button', { name: 'More: Noor Haddad' }).click();
  await dialog.getByLabel('They work here no more').check();
  await dialog.locator('textarea').fill('left');
  await dialog.getByRole('button', { name: 'Do this' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('input[name=username]').waitFor();
  await Promise.all([boss.end(), visit.end()]);
});

test('a supervisor looks at the pictures of an identity document by keyboard, and rejects them with a reason', async () => {
  const visit = await Visit.signedIn(house, 'ray', '/console/documents');
  const { page } = visit;
  await page.getByRole('button', { name: 'Look …' }).click();
  const dialog = page.locator('dialog[open]');
  const shown = `[...document.querySelectorAll('.frame img')].filter((one) => one.complete && one.naturalWidth >= 600).length`;
  await expect.poll(() => page.evaluate(shown)).toBe(3);
  const frame = dialog.locator('.frame').first();
  await frame.press('+');
  await frame.press('r');
  const looked = `(([one]) => one.style.transform + ' ' + one.parentElement.style.width)(document.querySelectorAll('.frame img'))`;
  await expect.poll(() => page.evaluate(looked)).toBe('rotate(90deg) 150%');
  expect(await visit.violations()).toEqual([]);
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  expect(await dialog.locator('[role=alert]').textContent()).toBe('Choose “All is well” or what is not right.');
  await dialog.getByRole('button', { name: 'Not legible' }).click();
  await dialog.getByRole('button', { name: 'Reject', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Nobody is in this state.').waitFor();
  await visit.go('/console/audit');
  const looks = page.locator('tr', { hasText: 'Looked at a picture' });
  await expect.poll(() => looks.count()).toBe(3);
  expect(visit.wrong).toEqual([]);
  await visit.end();
});

test('who wants to listen to a talk without a phone that can ring is told so', async () => {
  const visit = await Visit.signedIn(house, 'ray');
  const { page } = visit;
  await page.getByRole('button', { name: 'Listen' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Whisper').check();
  await dialog.getByRole('button', { name: 'Whisper' }).click();
  await expect
    .poll(() => dialog.locator('[role=alert]').textContent())
    .toBe('Your phone is not registered, so it cannot ring. Turn it on and try again.');
  await visit.end();
});

describe('every page', () => {
  test.each([
    ['en', 'light'],
    ['es', 'dark'],
  ] as const)('is one that everybody can use, in %s and %s', async (language, theme) => {
    const visit = await Visit.begin(house.browser, house.address, { language, theme });
    const { page } = visit;
    await page.goto('/console/');
    await page.locator('button[type=submit]').waitFor();
    expect(await visit.violations()).toEqual([]);
    await visit.signIn('ray');
    for (const [name, path] of placesOf(house.world)) {
      await visit.go(path);
      expect(await page.locator('#page [role=alert]').count(), name).toBe(0);
      expect(await visit.violations(), name).toEqual([]);
    }
    await visit.go(`/console/numbers/${house.world.number}`);
    await page.locator('#block-calls').click();
    expect(await visit.violations(), 'block').toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    expect(await visit.violations(), 'keys').toEqual([]);
    expect(await page.evaluate('document.documentElement.lang')).toBe(language);
    expect(visit.wrong).toEqual([]);
    await visit.end();
  });
});
