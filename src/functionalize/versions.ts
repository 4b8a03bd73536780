import { isMadeOfParts, type Place, rootOf, type Storage, View } from './place.js';

/** When what changed: a clock that counts changes, and for everything the stamp of the last change that it shows. */
export class Versions {
  /** Every version and every check has its number. */
  now = 1;
  /** When something last changed that a container holds or another storage may be. */
  partsChanged = 0;

  tick(): number {
    this.now += 1;
    return this.now;
  }

  /** Something changes that a container holds or another storage may be. */
  partsChange(): void {
    this.partsChanged = this.tick();
  }

  /** True if a place's value, where it was made, is what it holds now. */
  isCurrent(place: Place): boolean {
    if (place instanceof View) return place.at >= this.stampOf(place.root);
    return (
      Math.max(this.membersStamp(place), this.alternativesStamp(place)) <= place.at &&
      this.sharedStamp(place) <= place.sharedAt
    );
  }

  /** True if the value of a place is what it holds now. */
  isValid(place: Place, root: Storage = rootOf(place)): boolean {
    return place instanceof View ? place.at >= this.stampOf(root) : root.freshest === root;
  }

  /** Clock of the last change of what a storage holds, what it is made of included. */
  stampOf(root: Storage): number {
    if (!isMadeOfParts(root)) return root.version;
    if (root.partsAt < this.partsChanged) {
      // What contains itself is as new as its other parts.
      root.partsAt = this.now;
      root.partsVersion = 0;
      root.partsVersion = Math.max(this.membersStamp(root), this.alternativesStamp(root), this.sharedStamp(root));
    }
    return Math.max(root.version, root.partsVersion);
  }

  membersStamp({ members }: Storage): number {
    let stamp = 0;
    if (members?.kind === 'dict') {
      for (const e of members.entries.values()) stamp = Math.max(stamp, this.stampOf(rootOf(e.handle.place)));
    } else if (members !== undefined) {
      for (const h of members.items) stamp = Math.max(stamp, this.stampOf(rootOf(h.place)));
    }
    return stamp;
  }

  alternativesStamp({ alternatives }: Storage): number {
    return alternatives.reduce((stamp, a) => Math.max(stamp, this.stampOf(rootOf(a.place))), 0);
  }

  /** Clock of the last change of an item that the container may hold. */
  sharedStamp({ shared }: Storage): number {
    let stamp = 0;
    for (const h of shared) stamp = Math.max(stamp, this.itemsStamp(rootOf(h.place)));
    return stamp;
  }

  /** Of a container the items count, not which items it has. */
  private itemsStamp(root: Storage): number {
    const { kind } = root.value.type;
    if (kind !== 'list' && kind !== 'dict') return this.stampOf(root);
    return Math.max(root.itemsVersion, this.membersStamp(root), this.sharedStamp(root));
  }
}
