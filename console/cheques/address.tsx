import { useId } from 'preact/hooks';
import { useWords } from '../wording/words.tsx';

/** A payee and where a check goes, as it is typed. */
export interface TypedAddress {
  readonly payee: string;
  readonly line1: string;
  readonly line2: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly country: string;
}

interface Known {
  readonly payee: string;
  readonly address: {
    readonly lines: readonly string[];
    readonly city: string;
    readonly state: string;
    readonly postalCode: string;
    readonly country: string;
  };
}

const fields = ['payee', 'line1', 'line2', 'city', 'state', 'postalCode', 'country'] as const;

/** What is known already, to be put right. */
export function typedAddress(to: Known | undefined): TypedAddress {
  const { lines, ...rest } = to?.address ?? { lines: [], city: '', state: '', postalCode: '', country: 'US' };
  return { payee: to?.payee ?? '', line1: lines[0] ?? '', line2: lines[1] ?? '', ...rest };
}

/** Everything but the second line is there, and the country is one of ISO 3166-1. */
export const isWhole = (address: TypedAddress): boolean =>
  fields.every((field) => field === 'line2' || address[field].trim() !== '') && /^[A-Z]{2}$/.test(address.country);

interface AddressFieldsProps {
  readonly address: TypedAddress;
  readonly onChange: (address: TypedAddress) => void;
}

export function AddressFields({ address, onChange }: AddressFieldsProps) {
  const { words } = useWords();
  const id = useId();
  return (
    <div class="reason">
      {fields.map((field) => (
        <div key={field}>
          <label for={`${id}${field}`}>{words.cheques.address[field]}</label>
          <input
            id={`${id}${field}`}
            autocomplete="off"
            maxLength={field === 'country' ? 2 : 100}
            value={address[field]}
            onInput={({ currentTarget: { value } }) =>
              onChange({ ...address, [field]: field === 'country' ? value.toUpperCase() : value })
            }
          />
        </div>
      ))}
    </div>
  );
}
