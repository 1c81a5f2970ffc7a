import { join } from 'node:path';
import type { StorageChoice } from '#media/recordings/storage.ts';
import type { Config } from './config.ts';

/** Where recordings and voice messages are kept: the bucket that the settings name, else a folder. */
export function storageOf({
  S3_BUCKET: bucket,
  S3_ENDPOINT: endpoint,
  S3_REGION: region,
  VAR_FOLDER: varFolder,
}: Pick<Config, 'S3_BUCKET' | 'S3_ENDPOINT' | 'S3_REGION' | 'VAR_FOLDER'>): StorageChoice {
  if (bucket === undefined) return { kind: 'folder', folder: join(varFolder, 'recordings') };
  return { kind: 's3', bucket, region, ...(endpoint === undefined ? {} : { endpoint }) };
}
