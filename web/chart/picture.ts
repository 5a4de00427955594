/** Saves the chart within an element as a picture. Its code is loaded when a picture is requested. */
export async function savePictureOf(root: Element | null, name: string): Promise<void> {
  const svg = root?.querySelector<SVGSVGElement>('.chart svg');
  if (svg == null) return;
  const { savePicture } = await import('./save-picture.js');
  await savePicture(svg, `${name}.png`);
}
