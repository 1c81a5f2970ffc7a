/** NUL and half characters: JSON may hold them, PostgreSQL's jsonb may not (and neither is worth losing a journal for). */
const unstorable = /\0|\p{Surrogate}/gu;

/** Text that PostgreSQL takes: what it cannot hold becomes U+FFFD. */
export const storableText = (text: string): string => text.replace(unstorable, '\ufffd');

/** JSON that jsonb takes: what it cannot hold becomes U+FFFD. */
export const storableJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? inner.replace(unstorable, '\ufffd') : inner,
  );
