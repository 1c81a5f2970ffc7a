/** Which of `many` is marked after a key; -1: none, what was typed stands for itself. */
export function moved(marked: number, key: string, many: number): number {
  if (many === 0) return -1;
  switch (key) {
    case 'ArrowDown':
      return marked >= many - 1 ? -1 : marked + 1;
    case 'ArrowUp':
      return marked < 0 ? many - 1 : marked - 1;
    default:
      return marked;
  }
}
