import { sql, type Kysely } from 'kysely';

/** What staff look for: by the beginning of a name, and the newest of everything that is listed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Lower case and no accents: García is found by garcia.
    create function folded(name text) returns text immutable strict parallel safe language sql as $f$
      select lower(translate(name,
        'ÁÀÂÄÃÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇáàâäãéèêëíìîïóòôöõúùûüñç',
        'AAAAAEEEEIIIIOOOOOUUUUNCaaaaaeeeeiiiiooooouuuunc'))
    $f$;
    -- The last word first: whoever types a family name means the same person.
    create function last_word_first(name text) returns text immutable strict parallel safe language sql as $f$
      select regexp_replace(name, '^(.*\\S)\\s+(\\S+)\\s*$', '\\2 \\1')
    $f$;
    create index account_profile_first_name on account_profile ((folded(first_name || ' ' || last_name)) collate "C");
    create index account_profile_last_name on account_profile ((folded(last_name || ' ' || first_name)) collate "C");
    create index person_first_name on person ((folded(name)) collate "C");
    create index person_last_name on person ((folded(last_word_first(name))) collate "C");
    create index person_number on person ((folded(id)) collate "C");

    create index call_newest_disposition on call (disposition, off_hook_at desc, id desc) where disposition is not null;
    create index call_newest_person on call (person_id, off_hook_at desc, id desc) where person_id is not null;
    create index desk_entry_entered on desk_entry (entered_at);
    create index card_refund_state on card_refund (state, made_at desc, id desc);
  `.execute(db);
}
