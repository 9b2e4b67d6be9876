// Logo and head of the pages. The logo is a bell of a reception desk, in the colour of the text around it.

export const logo =
  '<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" ' +
  'aria-hidden="true"><path d="M5 23a11 11 0 0 1 22 0z" stroke-linejoin="round"/><path d="M3.5 27h25M16 12V7.5M13 7h6"/></svg>';

/** The same as an icon of a page: on a ground of its own, since the colour of the tab is unknown. */
export const favicon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f2533"/>' +
    '<g fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round"><path d="M7.5 21a8.5 8.5 0 0 1 17 0z" ' +
    'stroke-linejoin="round"/><path d="M6.5 25h19M16 12V9M14 8.5h4"/></g></svg>',
)}`;

/** Beginning of a page of the gateway's own, before its body. @param style its style sheet, whose hash its policy has. */
export function pageHead(style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Concierge</title>
<link rel="icon" href="${favicon}">
<style>${style}</style>
</head>`;
}
