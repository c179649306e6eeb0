using SingleDarts.Core.Kernels;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>
/// Partial channel connections (PC-DARTS, Xu et al., ICLR 2020): the candidates of an edge see the first C/K of its C channels; the others
/// bypass them, behind a maximum pooling 2×2 if the size is halved. Then the channels are shuffled in K groups, channel c to
/// (c mod C/K) K + ⌊c K / C⌋, so that the next edge sees some of both.
/// </summary>
/// <remarks><c>yuhuixu1993/PC-DARTS</c> b74702f, <c>model_search.py</c>. Its variant of randomly sampled channels
/// (<c>model_search_random.py</c>) discards its shuffle and is not offered.</remarks>
public sealed record PartialChannels : IEdgeDecorator
{
    /// <summary>Makes the decorator.</summary>
    /// <param name="k">K: one of K channels is seen by the candidates; 4 on CIFAR, 2 on ImageNet, 1 for all channels.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public PartialChannels(int k = 4)
    {
        if (k < 1)
            throw new ArgumentOutOfRangeException(nameof(k), k, "One of K channels is seen; K is at least 1, for example 4.");
        K = k;
    }

    /// <summary>K: one of K channels is seen by the candidates.</summary>
    public int K { get; }

    /// <inheritdoc/>
    public string Name => $"partial-channels-{K}";

    /// <inheritdoc/>
    public IEnumerable<string> Faults(SearchSpace space) => Given.NotNull(space).Layout.Layers.OfType<CellPlacement>()
        .Select(cell => Fault(cell.Channels)).OfType<string>().Distinct();

    /// <inheritdoc/>
    public OperationContext PlaceOfCandidates(OperationContext edge) =>
        Given.NotNull(edge) with { InChannels = edge.InChannels / K, OutChannels = edge.OutChannels / K };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The channels of the edge are no multiple of K.</exception>
    public nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>? Around(OperationContext edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        if (Fault(edge.InChannels) is { } fault)
            throw new ArgumentException(fault);
        return K == 1 ? null : new Bypass(K, edge);
    }

    private string? Fault(long channels) => channels % K == 0 ? null
        : $"Edges of {channels} channels cannot be divided into K = {K} parts; expected a multiple of K. Choose the channels of the " +
            "space or K accordingly.";

    /// <summary>What stands around the mixture of an edge.</summary>
    internal sealed class Bypass(int k, OperationContext edge) : nn.Module<Tensor, Func<Tensor, Tensor>, Tensor>(nameof(PartialChannels))
    {
        /// <summary>K.</summary>
        public int K => k;

        /// <summary>Stride of the edge.</summary>
        public int Stride => edge.Stride;

        /// <inheritdoc/>
        public override Tensor forward(Tensor input, Func<Tensor, Tensor> mixture)
        {
            using var scope = NewDisposeScope();
            long width = edge.InChannels / k;
            Tensor seen = input.narrow(1, 0, width), rest = input.narrow(1, width, edge.InChannels - width);
            if (edge.Stride > 1)
                rest = nn.functional.max_pool2d(rest, kernel_size: 2, stride: edge.Stride, ceil_mode: true);
            Tensor mixed = mixture(Dense(seen));
            // Channel j of each group behind that of the group before: group q's comes to j K + q.
            return stack([.. rest.chunk(k - 1, 1).Prepend(mixed).Select(ChannelsBehind)], -1).flatten(-2, -1)
                .movedim([-1], [1]).MoveToOuterDisposeScope();
        }

        /// <summary>Kernels of our own take the channels where they are. Of libtorch's candidates every one would bring them together
        /// by itself, and its kernels for channels that are innermost in memory work on 8 at a time, and with fewer are slower than the
        /// others.</summary>
        private static Tensor Dense(Tensor x) => OwnKernels.For(x) is not null ? x
            : x.dim() == 4 && x.shape[1] >= 8 ? NativeKernels.ChannelsLast(x) : x.contiguous();

        private static Tensor ChannelsBehind(Tensor x) => x.movedim([1], [-1]);
    }
}
