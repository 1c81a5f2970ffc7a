import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openConsoleHouse, PASSWORD } from './house.ts';
import { withPalette } from './palette-png.ts';
import { placesOf } from './places.ts';
import { Visit } from './visit.ts';

/* `npm run console:pictures`: pictures of every page of the console, of an invented agency, as Chromium shows them. */
const folder = join(import.meta.dirname, '..', '..', 'docs', 'console');
/** Bytes; more is no picture to keep in a repository. */
const LARGEST = 150_000;
/** A window as people have it; and as high as a picture may be of a page that goes on below. Pixels. */
const WIDTH = 1280;
const [LOWEST, HIGHEST] = [800, 1500];

await mkdir(folder, { recursive: true });
const house = await openConsoleHouse();
try {
  const picture = async ({ page }: Visit, name: string) => {
    await page.mouse.move(0, 0);
    // Nothing is caught half-way.
    if ((await page.locator('.player').count()) > 0) await page.locator('.wave canvas').waitFor();
    const height = await page.evaluate<number>(`document.documentElement.scrollHeight`);
    await page.setViewportSize({ width: WIDTH, height: Math.min(Math.max(height, LOWEST), HIGHEST) });
    const picture = withPalette(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
    await writeFile(join(folder, `${name}.png`), picture);
    await page.setViewportSize({ width: WIDTH, height: LOWEST });
    console.log(name);
  };
  const outside = await Visit.begin(house.browser, house.address);
  await outside.page.goto('/console/');
  await outside.page.locator('button[type=submit]').waitFor();
  await picture(outside, 'sign-in');
  await outside.end();

  const visit = await Visit.signedIn(house, 'ray');
  for (const [name, path] of placesOf(house.world)) {
    await visit.go(path);
    await picture(visit, name);
  }
  const { page } = visit;
  await visit.go(`/console/numbers/${house.world.number}`);
  await page.locator('#find').fill('ri');
  await page.locator('.found li').first().waitFor();
  await picture(visit, 'find');
  await page.keyboard.press('Escape');
  await page.locator('#block-calls').click();
  await page.locator('dialog[open]').waitFor();
  await picture(visit, 'block');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lift' }).first().click();
  await page.locator('dialog[open]').waitFor();
  await picture(visit, 'lift');
  await page.keyboard.press('Escape');
  await visit.go(`/console/accounts/${house.world.accountId}`);
  await page.getByRole('button', { name: 'Take a card payment' }).click();
  await page.locator('dialog[open]').waitFor();
  await picture(visit, 'payment');
  await page.keyboard.press('Escape');
  await visit.go('/console/documents');
  await page.locator('td button').click();
  await page.locator('.frame img').nth(2).waitFor();
  await page.evaluate(`Promise.all([...document.querySelectorAll('.frame img')].map((one) => one.decode()))`);
  await picture(visit, 'documents-look');
  await visit.end();

  const staff = await Visit.begin(house.browser, house.address);
  await staff.page.goto('/console/staff');
  await staff.type({ username: 'sam', password: PASSWORD });
  await staff.firstCode(async (step) => {
    if (step === 'confirm') await picture(staff, 'first-code');
  });
  await staff.settled();
  await picture(staff, 'staff');
  await staff.page.getByRole('button', { name: 'Add somebody' }).click();
  await staff.page.locator('dialog[open]').waitFor();
  await picture(staff, 'staff-add');
  await staff.end();

  const own = await Visit.signedIn(house, 'kim', '/console/me');
  await own.page.getByRole('button', { name: 'Set up a code' }).click();
  await own.page.locator('dialog[open] input[name=current]').fill(PASSWORD);
  await own.page.getByRole('button', { name: 'Go on' }).click();
  await own.page.locator('dialog[open] .qr').waitFor();
  await picture(own, 'me-code');
  await own.end();

  const agent = await Visit.signedIn(house, 'ana');
  await agent.settled();
  await picture(agent, 'phone');
  await agent.page.getByRole('button', { name: 'Transfer' }).click();
  await agent.page.locator('dialog[open]').waitFor();
  await picture(agent, 'phone-transfer');
  await agent.end();

  for (const [username, name, options] of [
    ['ray', 'desk-dark', { theme: 'dark' }],
    ['ray', 'call-dark', { theme: 'dark' }],
    ['ana', 'desk-es', { language: 'es' }],
    ['ana', 'number-es', { language: 'es' }],
  ] as const) {
    const other = await Visit.signedIn(house, username, '/console/', options);
    const [, path = '/console/'] = placesOf(house.world).find(([place]) => name.startsWith(`${place}-`)) ?? [];
    await other.go(path);
    await picture(other, name);
    await other.end();
  }
} finally {
  await house.close();
}
for (const name of await readdir(folder)) {
  const { size } = await stat(join(folder, name));
  if (size > LARGEST) console.log(`${name}: ${size} bytes are too many`);
}
