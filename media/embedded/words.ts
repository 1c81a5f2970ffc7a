/** Splits arguments at blanks, or at another character; single quotes keep them together and are taken off (switch_separate_string). */
export function words(text: string, separator = ' '): string[] {
  const found: string[] = [];
  let word = '';
  let quoted = false;
  let open = false;
  for (const c of text) {
    if (c === "'") {
      quoted = !quoted;
      open = true;
    } else if (c === separator && !quoted) {
      if (open) found.push(word);
      word = '';
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) found.push(word);
  return found;
}
