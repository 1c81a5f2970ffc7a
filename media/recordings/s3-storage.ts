import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { checkKey, StorageError, type Comparison, type Kept, type Part, type Storage } from './storage.ts';

export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  /** Of an S3-compatible store; none: Amazon's. */
  readonly endpoint?: string;
  /** http://store/bucket/key rather than http://bucket.store/key. */
  readonly pathStyle?: boolean;
  /** None: from the environment, as the AWS SDK finds them. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Longest silence on the connection. Milliseconds. */
  readonly silenceMs?: number;
  /** The slowest upload that is waited for. Bytes a second. */
  readonly slowest?: number;
}

const silent = () => undefined;

/** Recordings kept in a bucket of an S3-compatible store. */
export function s3Storage(options: S3Options): Storage & { close(): void } {
  const { bucket, region, endpoint, pathStyle, credentials, silenceMs = 15_000, slowest = 100_000 } = options;
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    // A stream cannot be sent twice: trying again is for the job, which begins with a look at what is there.
    maxAttempts: 1,
    // The SDK would speak on the console; what went wrong is in the error.
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    // We bring the checksum; not every store understands the SDK's own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: silenceMs, requestTimeout: silenceMs, throwOnRequestTimeout: true },
  });

  /** Runs `work` for no longer than `bytes` may take, and tells what went wrong in our words. */
  const bounded = async <T>(bytes: number, outer: AbortSignal | undefined, work: (s: AbortSignal) => Promise<T>) => {
    const limit = AbortSignal.timeout(Math.ceil(silenceMs * 2 + (bytes / slowest) * 1_000));
    try {
      return await work(outer ? AbortSignal.any([outer, limit]) : limit);
    } catch (error) {
      throw troubleOf(error);
    }
  };

  const locationOf = (key: string) => `s3://${bucket}/${checkKey(key)}`;
  return {
    kind: 's3',
    locationOf,
    close: () => client.destroy(),
    async put(file, signal) {
      const location = locationOf(file.key);
      await bounded(file.bytes, signal, (abortSignal) => upload(client, bucket, file, abortSignal));
      return location;
    },
    async verify(file, signal): Promise<Comparison> {
      checkKey(file.key);
      return bounded(file.bytes, signal, async (abortSignal) => compare(client, bucket, file, abortSignal));
    },
    async get(file, signal) {
      checkKey(file.key);
      await bounded(file.bytes, signal, (abortSignal) => download(client, bucket, file, abortSignal));
    },
    async *read(key, { from, until }, signal) {
      const limit = AbortSignal.timeout(Math.ceil(silenceMs * 2 + ((until - from) / slowest) * 1_000));
      const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit;
      try {
        yield* part(client, bucket, checkKey(key), { from, until }, abortSignal);
      } catch (error) {
        throw troubleOf(error);
      }
    },
    async remove(key, signal) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: checkKey(key) });
      await bounded(0, signal, (abortSignal) => client.send(command, { abortSignal }));
    },
  };
}

async function upload(client: S3Client, bucket: string, file: Kept, abortSignal: AbortSignal): Promise<void> {
  const found = await stat(file.path);
  if (found.size !== file.bytes) throw new StorageError('corrupt', `${file.path} has not the length it should have.`);
  const body = createReadStream(file.path, { highWaterMark: 256 * 1024 });
  try {
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: file.key,
      Body: body,
      ContentLength: file.bytes,
      ContentType: file.type ?? 'audio/wav',
      ChecksumSHA256: Buffer.from(file.sha256, 'hex').toString('base64'),
      Metadata: { sha256: file.sha256 },
    });
    // The hash signed along with the request: a store that knows no checksum headers still refuses a body that is not this one.
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = file.sha256;
        return next(args);
      },
      { step: 'build', name: 'signedBodyHash' },
    );
    await client.send(command, { abortSignal });
  } finally {
    body.destroy();
  }
}

async function download(client: S3Client, bucket: string, file: Kept, abortSignal: AbortSignal): Promise<void> {
  const target = await open(file.path, 'wx', 0o640);
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: file.key }), { abortSignal });
    const hash = createHash('sha256');
    for await (const chunk of Body as Readable) {
      hash.update(chunk as Buffer);
      await target.writeFile(chunk as Buffer);
    }
    if (hash.digest('hex') !== file.sha256)
      throw new StorageError('corrupt', `${file.key} is not what its hash says; it was not taken.`);
  } catch (error) {
    await rm(file.path, { force: true });
    if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket')
      throw new StorageError('missing', `${file.key} is not in the bucket.`, { cause: error });
    throw error;
  } finally {
    await target.close();
  }
}

/** RFC 9110 §14.1.2: a range names its first and its last byte. */
async function* part(
  client: S3Client,
  bucket: string,
  key: string,
  { from, until }: Part,
  abortSignal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${from}-${until - 1}` });
  let left = until - from;
  let found;
  try {
    found = await client.send(command, { abortSignal });
  } catch (error) {
    const gone = (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') || statusOf(error) === 416;
    throw gone ? new StorageError('missing', `${key} is not in the bucket, or ends before.`, { cause: error }) : error;
  }
  // A store that knows no ranges would send everything.
  if (found.ContentLength !== left) throw new StorageError('missing', `${key} has not the part that was asked for.`);
  for await (const chunk of found.Body as Readable) {
    left -= (chunk as Buffer).length;
    yield chunk as Buffer;
  }
  if (left !== 0) throw new StorageError('unavailable', `${key} broke off ${left} bytes before its end.`);
}

/** By the checksum the store vouches for; where it keeps none, by reading everything back. */
async function compare(
  client: S3Client,
  bucket: string,
  file: Omit<Kept, 'path'>,
  abortSignal: AbortSignal,
): Promise<Comparison> {
  const at = { Bucket: bucket, Key: file.key };
  try {
    const head = await client.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }), { abortSignal });
    if (head.ContentLength !== file.bytes) return 'different';
    if (head.ChecksumSHA256 !== undefined)
      return Buffer.from(head.ChecksumSHA256, 'base64').toString('hex') === file.sha256 ? 'same' : 'different';
    const { Body } = await client.send(new GetObjectCommand(at), { abortSignal });
    const hash = createHash('sha256');
    for await (const chunk of Body as Readable) hash.update(chunk as Buffer);
    return hash.digest('hex') === file.sha256 ? 'same' : 'different';
  } catch (error) {
    if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return 'absent';
    throw error;
  }
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

/** Names that say the body was damaged on its way (Amazon S3, error responses). */
const DAMAGED = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'IncompleteBody',
]);

function troubleOf(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { name, code, path } = error as NodeJS.ErrnoException;
  const status = statusOf(error);
  if (code === 'ENOENT' && path !== undefined)
    return new StorageError('missing', `${path} is not there.`, { cause: error });
  if (DAMAGED.has(name))
    return new StorageError('corrupt', `The bucket received something else (${name}).`, { cause: error });
  if (status === 507) return new StorageError('full', 'The bucket has no room.', { cause: error });
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429)
    return new StorageError('refused', `The bucket refuses us (${name}, ${status}).`, { cause: error });
  return new StorageError('unavailable', `The bucket does not answer (${code ?? name}, ${status ?? 'no answer'}).`, {
    cause: error,
  });
}
