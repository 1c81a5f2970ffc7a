import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '#db/connect.ts';
import { pinDigest, savePerson, saveSpokenName } from '#db/people.ts';
import { writeSound } from '#media/prompts/sound.ts';
import type { Config } from '#processes/config.ts';
import { babble } from '../phone/sound.ts';

/** The two of one demonstration call: nobody else uses this PIN or this number. */
export interface Cast {
  /** Before each line of the call in the terminal. */
  readonly label: string;
  readonly pin: string;
  readonly language: 'en' | 'es';
  readonly number: string;
  /** Their first call: the system does not know their voice yet. */
  readonly saysName: boolean;
}

/** Gives everybody a PIN, and those who called before a recorded name. */
export async function seedCast(cast: readonly Cast[], facilityId: string, db: Database, config: Config): Promise<void> {
  const folder = join(config.VAR_FOLDER, 'spool', 'voices');
  await mkdir(folder, { recursive: true });
  for (const [index, { pin, label, language, saysName }] of cast.entries()) {
    const id = `demo-${label}`;
    const name = `Person ${index + 1}`;
    await savePerson(db, {
      id,
      facilityId,
      name,
      language,
      active: true,
      pinDigest: pinDigest(config.PIN_PEPPER, facilityId, pin),
    });
    await db.deleteFrom('spokenName').where('personId', '=', id).execute();
    if (saysName) continue;
    const path = join(folder, `${id}.wav`);
    const { pcm } = babble({ ms: 1_200, seed: index + 1 });
    await writeFile(path, writeSound({ rate: 8000, samples: Float32Array.from(pcm, (sample) => sample / 32768) }));
    await saveSpokenName(db, id, { path, sha256: '0'.repeat(64), seconds: 1.2, approved: true, at: new Date() });
  }
}
