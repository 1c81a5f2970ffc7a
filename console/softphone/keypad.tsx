import { useWords } from '../wording/words.tsx';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;

/** The keys of a telephone. */
export function Keypad({ onPress }: { readonly onPress: (key: string) => void }) {
  const { words } = useWords();
  return (
    <div class="keypad" role="group" aria-label={words.phone.keypad}>
      {keys.map((key) => (
        <button
          type="button"
          key={key}
          aria-label={key === '*' ? words.phone.star : key === '#' ? words.phone.pound : key}
          onClick={() => onPress(key)}
        >
          {key}
        </button>
      ))}
    </div>
  );
}
