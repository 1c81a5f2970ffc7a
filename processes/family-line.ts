import { holderWords } from '#accounts/enrolment/notice-words.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import type { Database } from '#db/connect.ts';
import type { FamilyLineHouse } from '#ivr/family-line/house.ts';
import { holdMusicFile } from '#media/music/hold-music.ts';
import { openStorage } from '#media/recordings/storage.ts';
import type { Config } from './config.ts';
import { openGateway } from './gateway.ts';
import { moneyOf } from './money.ts';
import { storageOf } from './storage.ts';

/** What the 866 line stands on in a process. */
export async function familyLineOf(
  number: string,
  config: Config,
  db: Database,
  log: Parameters<typeof openGateway>[2],
): Promise<FamilyLineHouse> {
  const gateway = openGateway(config, db, log);
  const { deposits, funding, receipts } = moneyOf(db, gateway);
  const now = () => new Date();
  // Passcodes that were set before they had a pepper of their own are under that of the PINs until they are said.
  const hasher = await argonHasher(config.PASSCODE_PEPPER, config.PIN_PEPPER);
  const holdMusic = await holdMusicFile(config.PROMPT_FOLDER);
  return {
    number,
    gateway,
    deposits,
    funding,
    receipts,
    holdMusic,
    storage: await openStorage(storageOf(config)),
    passcodes: { now, hasher, notify: notifyWith(holderWords, now) },
  };
}
