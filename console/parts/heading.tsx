import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface HeadingProps {
  /** What the window is called. */
  readonly title: string;
  readonly children?: ComponentChildren;
  /** What can be done here. */
  readonly acts?: ComponentChildren;
}

/** The page's first heading. Who came by a link goes on from here, as on a page that was loaded. */
export function Heading({ title, children, acts }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Homeline`;
  }, [title]);
  useEffect(() => {
    const { activeElement } = document;
    // Somebody who types goes on typing.
    if (!(activeElement instanceof HTMLInputElement)) heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  return (
    <div class="heading">
      <h1 tabIndex={-1} ref={heading}>
        {children ?? title}
      </h1>
      {acts && <div class="acts">{acts}</div>}
    </div>
  );
}
