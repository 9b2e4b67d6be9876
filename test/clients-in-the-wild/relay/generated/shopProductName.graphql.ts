/**
 * @generated SignedSource<<0339fdfdd1475e8fe217d8633f61229f>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import type { ReaderFragment } from 'relay-runtime';
import type { FragmentRefs } from "relay-runtime";
export type shopProductName$data = {
  readonly name: string | null | undefined;
  readonly " $fragmentType": "shopProductName";
};
export type shopProductName$key = {
  readonly " $data"?: shopProductName$data;
  readonly " $fragmentSpreads": FragmentRefs<"shopProductName">;
};

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": null,
  "name": "shopProductName",
  "selections": [
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "name",
      "storageKey": null
    }
  ],
  "type": "Product",
  "abstractKey": null
};

(node as any).hash = "86118e5d5808e8ccf8d46829e9b6ff17";

export default node;
