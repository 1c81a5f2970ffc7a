import { useId } from 'preact/hooks';
import { useWords } from '../wording/words.tsx';
import { roles, type Choices, type TypedMember } from './known-member.ts';

interface MemberFieldsProps {
  readonly typed: TypedMember;
  readonly choices: Choices | undefined;
  /** Whose phones at the desk are not somebody else's. */
  readonly memberId?: string;
  readonly onChange: (typed: TypedMember) => void;
}

/** Name, role, language, phone at the desk, facilities. */
export function MemberFields({ typed, choices, memberId, onChange }: MemberFieldsProps) {
  const { words } = useWords();
  const id = useId();
  const set = (changed: Partial<TypedMember>) => onChange({ ...typed, ...changed });
  const { staff } = words;
  return (
    <>
      <div class="reason">
        <label for={`${id}n`}>{staff.name}</label>
        <input
          id={`${id}n`}
          autocomplete="off"
          maxLength={200}
          value={typed.name}
          onInput={({ currentTarget }) => set({ name: currentTarget.value })}
        />
      </div>
      <fieldset>
        <legend>{staff.role}</legend>
        {roles.map((role) => (
          <label class="check" key={role}>
            <input type="radio" name={id} checked={typed.role === role} onChange={() => set({ role })} />
            <span>
              {words.session.roles[role]}
              <small>{staff.roleHints[role]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {typed.role === 'facility-staff' && (
        <fieldset>
          <legend>{staff.facilities}</legend>
          {choices?.facilities.map((facility) => (
            <label class="check" key={facility.id}>
              <input
                type="checkbox"
                checked={typed.facilityIds.includes(facility.id)}
                onChange={({ currentTarget: { checked } }) => {
                  const others = typed.facilityIds.filter((one) => one !== facility.id);
                  set({ facilityIds: checked ? [...others, facility.id] : others });
                }}
              />
              {facility.name}
            </label>
          ))}
          {typed.facilityIds.length === 0 && <p class="hint">{staff.noFacilities}</p>}
        </fieldset>
      )}
      <div class="reason">
        <label for={`${id}l`}>{staff.language}</label>
        <select
          id={`${id}l`}
          value={typed.language}
          onChange={({ currentTarget }) => set({ language: currentTarget.value === 'es' ? 'es' : 'en' })}
        >
          <option value="en">{words.common.languages.en}</option>
          <option value="es">{words.common.languages.es}</option>
        </select>
      </div>
      <div class="reason">
        <label for={`${id}a`}>{staff.desk}</label>
        <select
          id={`${id}a`}
          value={typed.agentId}
          onChange={({ currentTarget }) => set({ agentId: currentTarget.value })}
        >
          <option value="">{staff.noDesk}</option>
          {choices?.agents.map((agent) => {
            const taken = agent.staffId !== undefined && agent.staffId !== memberId;
            const shown = staff.deskOf(agent.name, agent.extension);
            return (
              <option key={agent.id} value={agent.id} disabled={taken}>
                {taken ? `${shown} (${staff.deskTaken})` : shown}
              </option>
            );
          })}
        </select>
      </div>
    </>
  );
}
