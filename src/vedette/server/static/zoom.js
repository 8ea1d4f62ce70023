// Keeps the brushed part of the time axis in the address, so that a link shows what its sender saw.
document.addEventListener("zoomed", (event) => {
  const here = new URL(location.href);
  if (event.detail) here.searchParams.set("zoom", event.detail.map(Math.round).join("_"));
  else here.searchParams.delete("zoom");
  history.replaceState(null, "", here);
});
