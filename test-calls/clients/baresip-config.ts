import type { Law } from '#media/audio/g711.ts';

export interface Softphone {
  /** User part of its address. */
  readonly name: string;
  /** Where it registers, and its outbound proxy; without one it stands alone. */
  readonly registrar?: { readonly address: string; readonly port: number };
  /** Domain of its address; default the registrar's or its own address. */
  readonly domain?: string;
  /** Digest; default user the name. */
  readonly user?: string;
  readonly password?: string;
  /** Seconds. */
  readonly expires?: number;
  readonly codec?: Law;
  /** How it reaches the registrar; default UDP. */
  readonly transport?: 'tcp' | 'tls';
}

/** What `start` chose. */
export interface Place {
  readonly folder: string;
  readonly sipPort: number;
  readonly controlPort: number;
  readonly rtpPort: number;
}

/**
 * `config` of baresip 1.0.0. It hears into `aubridge` (a player without a loudspeaker), speaks from `aufile`, and `sndfile` keeps
 * both in WAV files in `folder`; it is driven through `ctrl_tcp`. All of it on loopback.
 */
export function configOf({ folder, sipPort, controlPort, rtpPort }: Place): string {
  const modules = ['g711', 'sndfile', 'aufile', 'aubridge'].map((name) => `module ${name}.so`);
  return [
    'poll_method epoll',
    `sip_listen 127.0.0.1:${sipPort}`,
    'net_interface 127.0.0.1',
    `rtp_ports ${rtpPort}-${rtpPort + 20}`,
    'jitter_buffer_delay 1-3',
    'audio_player aubridge,ear',
    `audio_source aufile,${folder}/silence.wav`,
    'audio_alert aubridge,bell',
    'module_path /usr/lib/baresip/modules',
    ...modules,
    `snd_path ${folder}`,
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    '',
  ].join('\n');
}

/** An account as `uanew` takes it. @throws Error for a password or name its syntax cannot hold */
export function accountOf(softphone: Softphone, own: string): string {
  const { name, registrar, domain, user, password, expires, codec, transport } = softphone;
  for (const one of [name, domain, user, password])
    if (one !== undefined && !/^[\w.!*'()~:+-]+$/.test(one)) throw new Error('baresip cannot hold this in an account');
  const server = registrar && `${registrar.address}:${registrar.port}`;
  const by = transport === undefined ? '' : `;transport=${transport}`;
  const parts = [`<sip:${name}@${domain ?? server ?? own}${by}>`, 'answermode=manual'];
  parts.push(`regint=${registrar ? (expires ?? 60) : 0}`);
  if (server !== undefined) parts.push(`outbound="sip:${server}${by}"`);
  if (password !== undefined) parts.push(`auth_user=${user ?? name}`, `auth_pass=${password}`);
  if (codec) parts.push(`audio_codecs=${codec}/8000/1`);
  return parts.join(';');
}
