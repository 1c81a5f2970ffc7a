import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** A process that carries calls, as another sees it. */
export interface IvrNode {
  readonly name: string;
  /** The process itself, or the one that closes what it left. */
  readonly holder: string;
  readonly beats: number;
}

const alive = { beats: sql<number>`ivr_node.beats + 1`, seenAt: sql<Date>`now()` };

/** A process begins under its name. False: another is closing what the last one of this name left. */
export async function beginNode(db: Database, name: string): Promise<boolean> {
  const insert = db.insertInto('ivrNode').values({ name, holder: name, beats: 0, seenAt: sql<Date>`now()` });
  const begun = insert.onConflict((conflict) =>
    conflict.column('name').doUpdateSet(alive).where('ivrNode.holder', '=', name),
  );
  return (await begun.returning('name').execute()).length > 0;
}

/** It lives. False: it is not held by this name any more; another took it for dead. */
export async function beatNode(db: Database, name: string): Promise<boolean> {
  const update = db.updateTable('ivrNode').set(alive).where('name', '=', name).where('holder', '=', name);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

/** Every process but this one. */
export function otherNodes(db: Database, name: string): Promise<IvrNode[]> {
  const nodes = db.selectFrom('ivrNode').select(['name', 'holder', 'beats']);
  return nodes.where('name', '<>', name).orderBy('name').execute();
}

/** One process; undefined: it left nothing, or never was. */
export function findNode(db: Database, name: string): Promise<IvrNode | undefined> {
  return db.selectFrom('ivrNode').select(['name', 'holder', 'beats']).where('name', '=', name).executeTakeFirst();
}

/** Takes what has stood still since it was seen so. One of any number of claims succeeds, and none once it lives again. */
export async function claimNode(db: Database, { name, beats }: IvrNode, holder: string): Promise<boolean> {
  const update = db.updateTable('ivrNode').set({ ...alive, holder });
  return (await update.where('name', '=', name).where('beats', '=', beats).executeTakeFirst()).numUpdatedRows === 1n;
}

/** Nothing of it is left to be closed. */
export async function endNode(db: Database, name: string, holder: string): Promise<void> {
  await db.deleteFrom('ivrNode').where('name', '=', name).where('holder', '=', holder).execute();
}
