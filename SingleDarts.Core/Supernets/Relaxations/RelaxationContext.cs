using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>The moment at which a relaxation is evaluated; sampled relaxations draw and anneal by it.</summary>
/// <param name="Progress">Share of the search that is done, 0 to 1.</param>
/// <param name="Generator">CPU generator of this moment, seeded from run, epoch and step.</param>
public sealed record RelaxationContext(double Progress, Generator Generator);
