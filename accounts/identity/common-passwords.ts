/*
 * Whoever guesses passwords begins with those that many people have: a word, a name, a season or a row of keys, to which a capital, a year and a mark are
 * added because a rule asks for them (NIST SP 800-63B §5.1.1.2; OWASP ASVS 4.0.3 V2.1.7). So it is the word that is looked at, not the whole.
 */

const english =
  'password passphrase passcode pass word welcome login logon letmein access admin administrator root master user username guest test testing tester ' +
  'secret private secure security changeme change default temp temporary computer internet website email google facebook instagram twitter youtube ' +
  'whatsapp amazon apple iphone android samsung windows microsoft hello hey hi goodbye sunshine moonlight rainbow princess prince queen king angel ' +
  'baby babygirl babyboy honey sweetie sweetheart love lover lovely iloveyou iloveu loveyou loveme mylove forever blessed heaven jesus jesuschrist god ' +
  'godisgood faith hope grace family mother father mommy mom daddy dad sister brother wife husband son daughter grandma friend friends football ' +
  'baseball basketball soccer hockey tennis golf sports lakers dodgers giants raiders cowboys yankees warriors eagles steelers chelsea arsenal ' +
  'liverpool barcelona realmadrid monkey dragon tiger lion eagle wolf bear horse dog doggy puppy cat kitty kitten bunny fish butterfly flower rose ' +
  'daisy summer winter spring autumn fall january february march april may june july august september october november december monday tuesday ' +
  'wednesday thursday friday saturday sunday today money cash dollar bank credit card lucky winner shadow hunter ranger killer soldier marine army ' +
  'navy police batman superman spiderman starwars pokemon naruto matrix mustang ferrari porsche mercedes toyota honda chevy harley yamaha silver ' +
  'gold golden diamond purple orange yellow green blue black white red chocolate cookie candy cheese pepper coffee banana apple cherry peanut ' +
  'freedom liberty america american california losangeles hollywood sacramento fresno sandiego texas arizona nevada mexico newyork chicago london ' +
  'whatever nothing something trustno superstar rockstar music guitar dance happy smile crazy cool sexy hottie beautiful handsome ' +
  'homeline facility inmate prison jail visitor visit visiting call calls phone telephone agent agents staff supervisor operator office company';
const spanish =
  'contrasena clave palabra acceso entrar usuario invitado prueba secreto privado seguro hola adios amor miamor teamo tequiero teamomucho corazon ' +
  'carino princesa principe reina rey angel angelito bebe bonita hermosa hermoso linda lindo guapa guapo cielo estrella luna sol dios jesus ' +
  'jesucristo virgen guadalupe bendicion bendiciones fe esperanza familia mama mami madre papa papi padre hermana hermano esposa esposo hija hijo ' +
  'abuela abuelo amiga amigo amigos amistad futbol america chivas cruzazul barcelona realmadrid mexico mexicano guatemala honduras elsalvador ' +
  'colombia perro perrito gato gatito tigre leon caballo mariposa flor rosa verano invierno primavera otono enero febrero marzo abril mayo junio ' +
  'julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo dinero banco tarjeta suerte libertad ' +
  'prision carcel llamada llamadas telefono visita musica chocolate feliz alegria siempre juntos vida mivida';
const names =
  'james john robert michael mike william david richard joseph thomas charles christopher chris daniel dan matthew matt anthony tony mark donald ' +
  'steven steve paul andrew andy joshua josh kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas nick eric ' +
  'jonathan stephen larry justin scott brandon benjamin samuel sam alexander alex patrick jack dennis jerry tyler aaron jose juan carlos luis jesus ' +
  'miguel jorge pedro manuel ricardo fernando francisco antonio roberto eduardo alberto alejandro javier sergio rafael ramon raul diego mario oscar ' +
  'victor hector cesar ivan mary maria patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley ' +
  'kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy angela anna ana emma nicole ' +
  'samantha katherine christine rachel carolyn janet maria guadalupe carmen rosa rosario teresa gloria juana martha marta veronica leticia claudia ' +
  'alejandra gabriela daniela andrea adriana diana monica sofia isabella valeria camila lucia elena silvia yolanda lopez garcia martinez rodriguez ' +
  'gonzalez hernandez perez sanchez ramirez torres flores rivera gomez diaz reyes cruz morales ortiz gutierrez smith johnson williams brown jones';
const words = new Set(`${english} ${spanish} ${names}`.split(' '));
/** As they lie on a keyboard, or in the alphabet; people go along them either way. */
const rows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qazwsxedcrfvtgbyhnujmikolp', 'abcdefghijklmnopqrstuvwxyz'];
const ways = [...rows, ...rows.map((row) => [...row].reverse().join(''))];
/** Digits and marks that stand for letters. */
const letters: Readonly<Record<string, string>> = {
  '@': 'a',
  4: 'a',
  3: 'e',
  1: 'i',
  '!': 'i',
  0: 'o',
  $: 's',
  5: 's',
  7: 't',
};

/** Whether a password is one of those that whoever guesses tries first. */
export function isCommon(password: string): boolean {
  const plain = password.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const ends = /^[^\p{L}]+|[^\p{L}]+$/gu;
  const bare = plain.replace(ends, '');
  return [bare, unmasked(bare), unmasked(plain).replace(ends, ''), unmasked(plain.replace(/[\d\W_]+$/u, ''))].some(
    isWord,
  );
}

const unmasked = (text: string): string => [...text].map((one) => letters[one] ?? one).join('');

function isWord(text: string): boolean {
  const bare = text.replace(/[^\p{L}]/gu, '');
  // Of no letters, or one: nothing but digits and marks.
  if (bare.length < 2) return true;
  const once = shortest(bare);
  return once.length === 1 || words.has(once) || ways.some((row) => once.length > 2 && row.includes(once));
}

/** What a text repeats: `abc` of `abcabc`. */
function shortest(text: string): string {
  const at = `${text}${text}`.indexOf(text, 1);
  return text.slice(0, at);
}
