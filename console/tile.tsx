// Tile: one figure with its name.

export function Tile({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div class={isBad ? 'tile bad' : 'tile'}>
      <span class="name">{name}</span>
      <span class="value">{value}</span>
    </div>
  );
}
