const redraws = [surface(), timelines(), distributions(), tradeoff(), effects(), sensitivity()];
tables();
const redraw = () => redraws.forEach(draw => draw());
darkScheme.addEventListener('change', redraw);
let pending = 0;
addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => { redraws.slice(1).forEach(draw => draw()); }); });
addEventListener('scroll', unpoint, { passive: true });
document.documentElement.dataset.ready = 'true';
