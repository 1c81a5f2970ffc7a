/** Longer is no name of a phone; what is cut off makes two phones one, never one phone two. */
const longest = 80;

/**
 * Which phone calls, as a trunk that is trusted by its address says: the user part of P-Asserted-Identity (RFC 3325 §9.1), else of From,
 * in lower case. Undefined when neither names one (RFC 3323 §4.1.1.3: `anonymous`).
 */
export function callingIdentity(header: (name: string) => string | undefined): string | undefined {
  return userOf(header('P-Asserted-Identity')) ?? userOf(header('From'));
}

function userOf(header: string | undefined): string | undefined {
  // What is shown may be anything, an address too: it stands in quotes.
  const address = header?.slice(0, 4096).replace(/"(?:[^"\\]|\\[^])*"/g, '');
  const found = /(?:^|[<\s,])(?:sips?:([^\s@:;?<>]+)(?::[^\s@<>]*)?@|tel:([^\s;<>]+))/i.exec(address ?? '');
  const user = (found?.[1] ?? found?.[2])?.toLowerCase().slice(0, longest);
  return user === 'anonymous' ? undefined : user;
}
