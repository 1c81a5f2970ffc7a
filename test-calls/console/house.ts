import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { seedDemoDocuments } from '#accounts/documents/demo.ts';
import { remadePicture } from '#accounts/documents/picture.ts';
import { secretHasher } from '#accounts/identity/hasher.ts';
import { identityKeys } from '#accounts/identity/keys.ts';
import { addMember } from '#accounts/staff/member.ts';
import { sealerOf } from '#accounts/staff/sealer.ts';
import { startTestDatabase } from '#db/testing.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { documentsOf } from '#processes/documents.ts';
import { launch } from '#processes/launch.ts';
import { chromiumBrowser, ensureDebian } from '../clients/apt.ts';
import { startChromium } from '../clients/chromium.ts';
import { seedWorld, type World } from './world.ts';

const IDENTITY_SECRET = 'an-identity-secret-of-tests-alone';
export const PASSWORD = 'Correct-Horse-7';
/** Under which its pictures of identity documents are encrypted. */
const DOCUMENT_KEYS = 'a-secret-of-pictures-of-tests-alone';
const root = join(import.meta.dirname, '..', '..');

/** The API with a database, an invented agency, and a browser before it. */
export interface ConsoleHouse {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string;
  readonly browser: Browser;
  readonly world: World;
  close(): Promise<void>;
}

/** Throws when Chromium is neither there nor may be installed; the message says what to run. */
export async function openConsoleHouse(): Promise<ConsoleHouse> {
  const installed = await ensureDebian([chromiumBrowser]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  const folder = await mkdtemp(join(tmpdir(), 'homeline-console-'));
  const database = await startTestDatabase();
  const world = await seedWorld(database.db, folder, new Date());
  await hire(database.db);
  const storage = folderStorage(join(folder, 'recordings'));
  const documents = documentsOf({ DOCUMENT_KEYS, ID_REVIEW: 'manual' }, storage, { remake: remadePicture });
  await seedDemoDocuments(database.db, documents, '$argon2id$of-nobody');
  const api = await launch({
    name: 'api',
    path: join(root, 'processes', 'api.ts'),
    environment: {
      ...{ DATABASE_URL: database.url, VAR_FOLDER: folder, API_PORT: '0', OBSERVE_PORT: '0', LOG_LEVEL: 'error' },
      ...{
        IDENTITY_SECRET,
        DOCUMENT_KEYS,
        API_TOKEN: 'a-token-of-tests-alone',
        PASSCODE_PEPPER: 'a-pepper-of-tests-alone',
      },
      ...{ PIN_PEPPER: 'a-pepper-of-tests-alone', SANDBOX_WEBHOOK_SECRET: 'a-secret-of-tests-alone' },
    },
    graceMs: 10_000,
    say: () => undefined,
    stopping: new AbortController().signal,
  });
  const browser = await startChromium();
  return {
    ...{ address: `http://127.0.0.1:${api.ports['http'] ?? 0}`, browser, world },
    async close() {
      await browser.close();
      await api.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function hire(db: Parameters<typeof addMember>[0]): Promise<void> {
  const passwords = await secretHasher(IDENTITY_SECRET, 'staff-password');
  const deps = {
    now: () => new Date(),
    keys: identityKeys(IDENTITY_SECRET),
    sealer: sealerOf(IDENTITY_SECRET),
    passwords,
  };
  const crew = [
    { username: 'ana', name: 'Ana Torres', role: 'agent', agentId: 'demo-ana', language: 'en' },
    { username: 'ray', name: 'Ray Ortega', role: 'supervisor', agentId: 'demo-ray', language: 'en' },
    { username: 'kim', name: 'Kim Nguyen', role: 'supervisor', language: 'en' },
    { username: 'sam', name: 'Sam Reed', role: 'administrator', language: 'en' },
  ] as const;
  for (const member of crew) {
    const added = await addMember(db, deps, { kind: 'command' }, { ...member, password: PASSWORD });
    if (added.kind !== 'done') throw new Error(`${member.username} cannot be added: ${JSON.stringify(added)}`);
  }
}
