using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using static TorchSharp.torch;

namespace SingleDarts.Core.Supernets;

/// <summary>Tries a relaxation at its start values: whether p is finite and α can learn from it.</summary>
internal static class RelaxationProbe
{
    /// <summary>Sentences that name the relaxation and the cell.</summary>
    /// <param name="architecture">α at its start values; shape, type and device of p are its own concern.</param>
    /// <param name="moments">Shares of the search that are done, to try.</param>
    public static IEnumerable<string> Faults(ArchitectureParameters architecture, IReadOnlyList<double> moments)
    {
        foreach (CellSpecification cell in architecture.Cells)
            foreach (double progress in moments)
                if (Fault(architecture, cell.Name, progress) is { } fault)
                {
                    yield return fault;
                    break;
                }
    }

    private static string? Fault(ArchitectureParameters architecture, string cell, double progress)
    {
        IRelaxation relaxation = architecture.Relaxation;
        string p = $"The operation weights p that the relaxation '{relaxation.Name}' gives for cell '{cell}' at progress {progress:0.###}";
        try
        {
            using var scope = NewDisposeScope();
            using Generator generator = new RandomStreams(0).CreateGenerator("relaxation");
            Tensor alpha = architecture[cell], weights = architecture.OperationWeights(cell, new RelaxationContext(progress, generator));
            if (!Host.Number<bool>(weights.isfinite().all()))
                return $"{p} are not all finite; expected finite numbers. Guard divisions, logarithms and annealed temperatures.";
            if (relaxation.IsHard && !Host.Number<bool>(weights.ne(Scalars.Zero).any()))
                return $"{p} are 0 everywhere, so that nothing is computed; expected at least one candidate that is not 0.";
            if (Gradients.Of(weights, [alpha])[0] is not { } gradient)
                return $"{p} have no gradient path to α; expected p to be differentiable in α. Leave out detach(), no_grad() and " +
                    "conversions to numbers; a hard choice passes its gradient by hard + soft - soft.detach().";
            return Host.Number<bool>(gradient.isfinite().all()) ? null
                : $"{p} have a gradient in α that is not finite; expected a finite one. α is −∞ for candidates that an edge does not " +
                    "allow.";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            return $"The relaxation '{relaxation.Name}' fails for cell '{cell}' at progress {progress:0.###}: {e.Message.Split('\n')[0]}";
        }
    }
}
