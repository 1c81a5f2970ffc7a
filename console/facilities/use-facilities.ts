import { useEffect, useState } from 'preact/hooks';
import { background, bodyOf, type Body } from '../ask/client.ts';

export type Facility = Body<'/v1/staff/facilities'>['facilities'][number];

let known: Promise<readonly Facility[]> | undefined;

/** The facilities that who is signed in sees, asked for once; none until they are known. */
export function useFacilities(): readonly Facility[] {
  const [facilities, setFacilities] = useState<readonly Facility[]>([]);
  useEffect(() => {
    let left = false;
    known ??= bodyOf(background.GET('/v1/staff/facilities')).then(({ facilities }) => facilities);
    known.then(
      (all) => {
        if (!left) setFacilities(all);
      },
      // Asked again by the next who needs them.
      () => (known = undefined),
    );
    return () => {
      left = true;
    };
  }, []);
  return facilities;
}

/** Nobody is signed in any more: whoever is next may see others. */
export function forgetFacilities(): void {
  known = undefined;
}
