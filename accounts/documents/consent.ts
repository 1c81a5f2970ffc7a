import type { Language } from '#db/people.ts';

/** What somebody agrees to before a picture is kept (guide row 60). Another wording is another version. */
export const CONSENT = {
  version: '2026-11',
  wordings: {
    en:
      'Homeline keeps the pictures of both sides of my identity document and of my face in my profile, encrypted, to make sure who I am. ' +
      'Staff who check identities may look at them, and each look is written down. ' +
      'They are shown to nobody else unless the law asks for it, and are deleted when their time is over. I agree to this.',
    es:
      'Homeline guarda en mi perfil, cifradas, las fotos de los dos lados de mi identificación y de mi cara, para comprobar quién soy. ' +
      'El personal que revisa identidades puede verlas, y cada vez queda registrada. ' +
      'No se muestran a nadie más, salvo que la ley lo exija, y se borran cuando termina su plazo. Estoy de acuerdo.',
  } satisfies Readonly<Record<Language, string>>,
} as const;
