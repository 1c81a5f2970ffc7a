import type { Database } from '../connect.ts';
import { storableJson, storableText } from '../json.ts';

/** Who acts: somebody who is signed in, whoever is at the machine itself, or nobody (a lock, a session that was left). */
export type AuditedBy =
  | { readonly kind: 'staff'; readonly staffId: string; readonly sessionId: string }
  | { readonly kind: 'command' | 'system' };

export interface AuditEntry {
  /** `resource.verb`. */
  readonly act: string;
  readonly resource: { readonly kind: string; readonly id?: string | undefined };
  readonly reason?: string | undefined;
  /** How it stood, and how it stands; no secret. */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes down who did what, for good; in the transaction of the change. */
export async function audit(trx: Database, by: AuditedBy, entry: AuditEntry, at: Date): Promise<void> {
  const { act, resource, reason, before, after } = entry;
  await trx
    .insertInto('staffAudit')
    .values({
      ...{ at, byKind: by.kind, act, resource: resource.kind, resourceId: resource.id ?? null },
      staffId: by.kind === 'staff' ? by.staffId : null,
      sessionId: by.kind === 'staff' ? by.sessionId : null,
      reason: reason === undefined ? null : storableText(reason),
      before: before ? storableJson(before) : null,
      after: after ? storableJson(after) : null,
    })
    .execute();
}

export interface AuditRow {
  /** Grows from one to the next. */
  readonly id: string;
  readonly at: Date;
  readonly byKind: AuditedBy['kind'];
  readonly staffId: string | null;
  readonly staffName: string | null;
  readonly sessionId: string | null;
  readonly act: string;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly reason: string | null;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

export interface AuditFilter {
  readonly staffId?: string | undefined;
  readonly resource?: string | undefined;
  readonly resourceId?: string | undefined;
  /** Only those before the one with this id. */
  readonly before?: string | undefined;
  readonly most: number;
}

/** The newest first. */
export async function auditRows(db: Database, { staffId, resource, resourceId, before, most }: AuditFilter) {
  return auditQuery(db, { staffId, resource, resourceId, before, most }).execute() as Promise<AuditRow[]>;
}

/** For a look at its plan as well. */
export function auditQuery(db: Database, { staffId, resource, resourceId, before, most }: AuditFilter) {
  let query = db
    .selectFrom('staffAudit as audit')
    .leftJoin('staff', 'staff.id', 'audit.staffId')
    .selectAll('audit')
    .select('staff.name as staffName');
  if (staffId !== undefined) query = query.where('audit.staffId', '=', staffId);
  if (resource !== undefined) query = query.where('audit.resource', '=', resource);
  if (resourceId !== undefined) query = query.where('audit.resourceId', '=', resourceId);
  if (before !== undefined) query = query.where('audit.id', '<', before);
  return query.orderBy('audit.id', 'desc').limit(most);
}
