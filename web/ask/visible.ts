import { useEffect, useState } from 'preact/hooks';

const isVisible = () => document.visibilityState === 'visible';

/** Whether somebody can see the tab. */
export function useVisible(): boolean {
  const [shown, setShown] = useState(isVisible());
  useEffect(() => {
    const look = () => setShown(isVisible());
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return shown;
}
