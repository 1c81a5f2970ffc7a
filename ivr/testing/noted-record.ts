import type { CallRecord } from '../cdr/call-record.ts';

/** The record of a call that keeps its events for the test and writes nothing. */
export function notedRecord(callId = 'call-1') {
  const events: { readonly kind: string; readonly data: Readonly<Record<string, unknown>> }[] = [];
  const write = (kind: string, data: Record<string, unknown> = {}) => void events.push({ kind, data });
  return {
    record: { callId, write } as unknown as CallRecord,
    events,
    /** The events of one kind, without the kind. */
    of: (wanted: string) => events.filter(({ kind }) => kind === wanted).map(({ data }) => data),
  };
}
