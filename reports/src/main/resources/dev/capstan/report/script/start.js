const redraws = [surface(), timelines(), distributions(), tradeoff(), effects(), variance(), sensitivity()];
tables();
document.querySelectorAll('table[data-sortable]').forEach(sortable);
const redraw = () => redraws.forEach(draw => draw());
darkScheme.addEventListener('change', redraw);
let pending = 0;
addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { redraws.forEach(draw => draw()); }); });
addEventListener('scroll', unpoint, { passive: true });
document.documentElement.dataset.ready = 'true';
