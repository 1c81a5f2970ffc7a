interface OneOfProps<T extends string> {
  readonly label: string;
  readonly choices: readonly T[];
  readonly chosen: T;
  readonly wordOf: (choice: T) => string;
  readonly onChoose: (choice: T) => void;
}

/** Which part of a list is shown. */
export function OneOf<T extends string>({ label, choices, chosen, wordOf, onChoose }: OneOfProps<T>) {
  return (
    <div class="one-of" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button type="button" key={choice} aria-pressed={choice === chosen} onClick={() => onChoose(choice)}>
          {wordOf(choice)}
        </button>
      ))}
    </div>
  );
}
