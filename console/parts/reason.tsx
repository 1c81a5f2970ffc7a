import { useId } from 'preact/hooks';

interface ReasonProps {
  readonly label: string;
  readonly hint: string;
  /** What is said most often: one click instead of typing. */
  readonly offered?: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const LONGEST = 500;

/** Why something is done, as it is kept for good. */
export function Reason({ label, hint, offered = [], value, onChange }: ReasonProps) {
  const id = useId();
  return (
    <div class="reason">
      <label for={id}>{label}</label>
      {offered.length > 0 && (
        <div class="offered">
          {offered.map((text) => (
            <button type="button" key={text} aria-pressed={value === text} onClick={() => onChange(text)}>
              {text}
            </button>
          ))}
        </div>
      )}
      <textarea
        id={id}
        rows={2}
        maxLength={LONGEST}
        required
        aria-describedby={`${id}h`}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p class="hint" id={`${id}h`}>
        {hint}
      </p>
    </div>
  );
}
