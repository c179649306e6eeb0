using SingleDarts.Core.Schemes;

namespace SingleDarts.Core.Search;

/// <summary>Where a search stands.</summary>
/// <param name="Epoch">Epoch, counted from 0.</param>
/// <param name="Step">Step within the epoch, counted from 0.</param>
/// <param name="StepsPerEpoch">Steps of one epoch.</param>
/// <param name="Context">Supernet, batches and updaters.</param>
public sealed record SearchMoment(int Epoch, int Step, int StepsPerEpoch, SearchStep Context);
