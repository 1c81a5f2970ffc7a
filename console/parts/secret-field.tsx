import { useId } from 'preact/hooks';

interface SecretFieldProps {
  readonly label: string;
  readonly name: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly shown: boolean;
  readonly hint?: string;
}

/** A password as it is typed: hidden, unless somebody wants to see it. It is read from the form, and kept nowhere. */
export function SecretField({ label, name, autocomplete, shown, hint }: SecretFieldProps) {
  const id = useId();
  return (
    <div class="reason">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        {...(shown ? { type: 'text' as const } : { type: 'password' as const })}
        autocomplete={autocomplete}
        spellcheck={false}
        maxLength={512}
        {...(hint !== undefined && { 'aria-describedby': `${id}h` })}
      />
      {hint !== undefined && (
        <p class="hint" id={`${id}h`}>
          {hint}
        </p>
      )}
    </div>
  );
}
