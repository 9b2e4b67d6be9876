// Region that scrolls to the side where its content is wider: by keyboard as well, and only then.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ScrollProps {
  label: string;
  class: string;
  children: ComponentChildren;
}

export function Scroll({ label, class: name, children }: ScrollProps) {
  const region = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = region.current;
    if (!element) return;
    const update = () => {
      element.tabIndex = element.scrollWidth > element.clientWidth ? 0 : -1;
    };
    const resized = new ResizeObserver(update);
    resized.observe(element);
    if (element.firstElementChild) resized.observe(element.firstElementChild);
    return () => resized.disconnect();
  }, []);
  return (
    <section ref={region} class={name} aria-label={label}>
      {children}
    </section>
  );
}
