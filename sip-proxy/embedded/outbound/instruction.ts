import { z } from 'zod';

/** What shall become of a request. */
export type Instruction =
  | { readonly action: 'reject'; readonly status: number; readonly reason: string | undefined }
  | { readonly action: 'redirect'; readonly contacts: readonly string[] }
  | {
      readonly action: 'proxy';
      readonly destinations: readonly string[];
      readonly recordRoute: boolean;
      readonly followRedirects: boolean;
      readonly simultaneous: boolean;
      readonly provisionalTimeout: string;
      readonly finalTimeout: string;
    }
  | { readonly action: 'connect'; readonly host: string; readonly port: number; readonly tls: boolean }
  | { readonly action: 'tag'; readonly tag: string };

const strings = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);

const answer = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('reject'),
    data: z.object({ status: z.number().int().min(300).max(699), reason: z.string().nullish() }),
  }),
  z.object({ action: z.literal('redirect'), data: z.object({ contact: strings }) }),
  z.object({
    action: z.literal('proxy'),
    data: z.object({
      destination: strings,
      recordRoute: z.boolean().default(false),
      followRedirects: z.boolean().default(true),
      simultaneous: z.boolean().default(false),
      provisionalTimeout: z.string().default('5s'),
      finalTimeout: z.string().default('60s'),
    }),
  }),
  z.object({
    action: z.literal('route'),
    data: z.object({ uri: z.string().optional(), tag: z.string().optional() }),
  }),
]);

/**
 * Reads the answer of a web handler.
 * @returns what it wants, or what is wrong with it
 */
export const instructionOf = (body: string): Instruction | { readonly wrong: string } => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { wrong: 'no JSON' };
  }
  const read = answer.safeParse(json);
  if (!read.success) return { wrong: z.prettifyError(read.error).replaceAll('\n', ' ') };
  const { action, data } = read.data;
  switch (action) {
    case 'reject':
      return { action, status: data.status, reason: data.reason ?? undefined };
    case 'redirect':
      return { action, contacts: data.contact };
    case 'proxy':
      return { action, destinations: data.destination, ...data };
    case 'route':
      if (data.uri !== undefined) return applicationAt(data.uri);
      return data.tag === undefined ? { wrong: 'neither uri nor tag to route to' } : { action: 'tag', tag: data.tag };
  }
};

/** Reads `host:port;transport=tcp` of an application. */
export const applicationAt = (text: string): Instruction | { readonly wrong: string } => {
  const found = /^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})(?:;transport=(tcp|tls))?$/.exec(text);
  const port = Number(found?.[2]);
  if (found?.[1] === undefined || !(port > 0 && port < 65_536)) return { wrong: `no host and port: ${text}` };
  return { action: 'connect', host: found[1].replace(/^\[|\]$/g, ''), port, tls: found[3] === 'tls' };
};
