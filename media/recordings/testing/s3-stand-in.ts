import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the store does to the next request instead of serving it. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'silence' }
  /** Cuts the connection after this many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Says 200 and keeps only the front. */
  | { readonly kind: 'keep-half' }
  /** Says 200 and keeps it with one bit turned; its checksum is of what it keeps. */
  | { readonly kind: 'turn-bit' };

export interface StandIn {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** 'PUT recordings/x.wav 200' and the like, in order. */
  readonly served: string[];
  /** One fault for each of the next requests of this method. */
  misbehave(method: 'PUT' | 'HEAD' | 'GET' | 'DELETE', ...faults: Fault[]): void;
  /** False: an older store that keeps no checksums. */
  checksums: boolean;
  /** False: a store that knows no ranges, and sends everything. */
  ranges: boolean;
  close(): Promise<void>;
}

const ACCESS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();

/**
 * A store that speaks enough of S3 over HTTP: PUT, GET, HEAD and DELETE of objects, path style, AWS Signature Version 4 checked, payload hash and
 * x-amz-checksum-sha256 checked. And which can be told to misbehave.
 */
export async function startS3StandIn(
  bucket = 'recordings',
): Promise<StandIn & { credentials: typeof ACCESS; bucket: string }> {
  const objects = new Map<string, Buffer>();
  const served: string[] = [];
  const faults: Record<string, Fault[]> = { PUT: [], HEAD: [], GET: [], DELETE: [] };
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    const key = path.slice(`/${bucket}/`.length);
    const answer = (
      status: number,
      code?: string,
      headers: Record<string, string> = {},
      body: Buffer | string = '',
    ) => {
      served.push(`${method} ${key} ${status}`);
      const xml =
        code === undefined || method === 'HEAD'
          ? body
          : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
      response.writeHead(status, { ...(code !== undefined && { 'content-type': 'application/xml' }), ...headers });
      response.end(method === 'HEAD' ? undefined : xml);
    };
    const fault = faults[method]?.shift();
    const body = await read(request, fault?.kind === 'cut' ? fault.afterBytes : Infinity);
    if (!body) return void request.socket.destroy();
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'status') return answer(fault.status, fault.code);
    if (!path.startsWith(`/${bucket}/`)) return answer(404, 'NoSuchBucket');
    if (!signed(request, path)) return answer(403, 'SignatureDoesNotMatch');
    if (method === 'PUT') {
      const hash = sha256(body);
      const claimed = request.headers['x-amz-content-sha256'];
      if (claimed !== 'UNSIGNED-PAYLOAD' && claimed !== hash.toString('hex'))
        return answer(400, 'XAmzContentSHA256Mismatch');
      const checksum = request.headers['x-amz-checksum-sha256'];
      if (checksum !== undefined && checksum !== hash.toString('base64')) return answer(400, 'BadDigest');
      objects.set(key, damaged(body, fault));
      return answer(200, undefined, { etag: '"0"' });
    }
    if (method === 'DELETE') {
      objects.delete(key);
      return answer(204);
    }
    const object = objects.get(key);
    if (!object) return answer(404, 'NoSuchKey');
    const headers: Record<string, string> = { 'content-length': String(object.length) };
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (method === 'GET' && first !== undefined && standIn.ranges) {
      if (Number(first) >= object.length) return answer(416, 'InvalidRange');
      const part = object.subarray(Number(first), Number(last) + 1);
      const range = `bytes ${first}-${Number(first) + part.length - 1}/${object.length}`;
      return answer(206, undefined, { 'content-length': String(part.length), 'content-range': range }, part);
    }
    if (standIn.checksums) headers['x-amz-checksum-sha256'] = sha256(object).toString('base64');
    return answer(200, undefined, headers, object);
  }

  const standIn = {
    endpoint: '',
    objects,
    served,
    checksums: true,
    ranges: true,
    credentials: ACCESS,
    bucket,
    misbehave: (method: string, ...next: Fault[]) => void faults[method]?.push(...next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  standIn.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}

function damaged(body: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'keep-half') return body.subarray(0, Math.floor(body.length / 2));
  if (fault?.kind !== 'turn-bit') return body;
  const turned = Buffer.from(body);
  turned[turned.length >> 1] = (turned[turned.length >> 1] ?? 0) ^ 1;
  return turned;
}

/** The body, or undefined when it was to be cut, or was not sent whole. */
async function read(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > limit) return undefined;
    }
  } catch {
    return undefined;
  }
  return limit < Infinity ? undefined : Buffer.concat(chunks);
}

/** AWS Signature Version 4 ("Authenticating Requests: Using the Authorization Header"). */
function signed(request: IncomingMessage, path: string): boolean {
  const fields =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, keyId, day, region, names, signature] = fields.exec(request.headers.authorization ?? '') ?? [];
  if (keyId !== ACCESS.accessKeyId || !day || !region || !names || !signature) return false;
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...new URL(request.url ?? '', 'http://x').searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const canonical = [
    request.method,
    path.split('/').map(encode).join('/'),
    query.join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    names,
    String(request.headers['x-amz-content-sha256']),
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical).toString('hex')].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${ACCESS.secretAccessKey}`,
  );
  return timingSafeEqual(createHmac('sha256', key).update(text).digest(), Buffer.from(signature, 'hex'));
}
