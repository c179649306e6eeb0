using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>Tries a relaxation at its start values: whether p is finite and α can learn from it.</summary>
internal static class RelaxationProbe
{
    /// <summary>Sentences that name the relaxation and the cell.</summary>
    /// <param name="architecture">α at its start values; shape, type and device of p are its own concern.</param>
    /// <param name="moments">Moments of the search, to try.</param>
    public static IEnumerable<string> Faults(ArchitectureParameters architecture, IReadOnlyList<EpochPosition> moments)
    {
        foreach (CellSpecification cell in architecture.Cells)
            foreach (EpochPosition position in moments)
                if (Fault(architecture, cell.Name, position) is { } fault)
                {
                    yield return fault;
                    break;
                }
    }

    private static string? Fault(ArchitectureParameters architecture, string cell, EpochPosition position)
    {
        IRelaxation relaxation = architecture.Relaxation;
        string at = $"at progress {position.Progress:0.###}";
        try
        {
            using var scope = NewDisposeScope();
            using Generator generator = new RandomStreams(0).CreateGenerator("relaxation");
            MixingWeights weights = architecture.Relax(cell, position, generator);
            string p = $"The operation weights p that the relaxation '{relaxation.Name}' gives for cell '{cell}' {at}";
            if (Fault(p, weights.P, architecture[cell]) is { } fault)
                return fault;
            if (weights.Computed is { } computed && !computed.Cast<bool>().Any(isComputed => isComputed))
                return $"The relaxation '{relaxation.Name}' computes no candidate of cell '{cell}' {at}; expected at least one.";
            if (weights.EdgeFactors is { } factors && !Host.Number<bool>(factors.isfinite().all()))
                return $"The factors of edges that the relaxation '{relaxation.Name}' gives for cell '{cell}' {at} are not all finite; " +
                    "expected finite numbers.";
            return Host.Number<bool>(architecture.Expectation(cell, position, generator).isfinite().all()) ? null
                : $"The expectation that the relaxation '{relaxation.Name}' gives for cell '{cell}' {at} is not finite everywhere; " +
                    "expected finite numbers, which derivations compare.";
        }
        catch (ArgumentException e)
        {
            return Explained.Of(e);
        }
        catch (Exception e)
        {
            return $"The relaxation '{relaxation.Name}' fails for cell '{cell}' {at}: {Explained.Of(e)}";
        }
    }

    private static string? Fault(string p, Tensor weights, Tensor alpha)
    {
        if (!Host.Number<bool>(weights.isfinite().all()))
            return $"{p} are not all finite; expected finite numbers. Guard divisions, logarithms and annealed temperatures.";
        if (Gradients.Of(weights, [alpha])[0] is not { } gradient)
            return $"{p} have no gradient path to α; expected p to be differentiable in α. Leave out detach(), no_grad() and " +
                "conversions to numbers; a hard choice passes its gradient by hard + soft - soft.detach().";
        return Host.Number<bool>(gradient.isfinite().all()) ? null
            : $"{p} have a gradient in α that is not finite; expected a finite one. α is −∞ for candidates that an edge does not " +
                "allow.";
    }
}
