using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>The largest eigenvalue of a symmetric map, by Lanczos' method with full reorthogonalisation.</summary>
internal static class Lanczos
{
    /// <summary>Begins from a random vector; on n dimensions it is exact after n products.</summary>
    /// <param name="times">The map on float64 vectors [n].</param>
    /// <param name="n">Dimensions.</param>
    /// <param name="iterations">Most products.</param>
    /// <param name="tolerance">Ends once the residual is below this share of the eigenvalue.</param>
    /// <param name="seed">Of the first vector.</param>
    /// <param name="isSigned">Whether the largest is the one furthest to the right, and not that of largest absolute value.</param>
    /// <returns>Eigenvalue, the residual ‖Hv − λv‖ of its unit vector v, and the number of products.</returns>
    public static (double Eigenvalue, double Residual, int Products) Dominant(
        Func<Tensor, Tensor> times, long n, int iterations, double tolerance, long seed, bool isSigned = false)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        Tensor q = randn(n, dtype: ScalarType.Float64, generator: generator);
        q /= q.norm();
        var basis = new List<Tensor>();
        var (diagonal, beside) = (new List<double>(), new List<double>());
        while (true)
        {
            basis.Add(q);
            Tensor w = times(q);
            diagonal.Add(Host.Number<double>(w.dot(q)));
            Tensor all = stack([.. basis]);
            for (int pass = 0; pass < 2; pass++)
                w -= all.t().mv(all.mv(w));
            double rest = Host.Number<double>(w.norm());
            if (!double.IsFinite(rest + diagonal[^1]))
                return (double.NaN, double.NaN, basis.Count);
            var (eigenvalue, share) = Ritz(diagonal, beside, isSigned);
            double residual = rest * share;
            if (residual <= tolerance * Math.Abs(eigenvalue) || basis.Count == Math.Min(n, iterations))
                return (eigenvalue, residual, basis.Count);
            beside.Add(rest);
            q = w.Over(rest);
        }
    }

    /// <summary>The largest eigenvalue of the tridiagonal matrix, and the last component of its unit vector.</summary>
    private static (double, double) Ritz(List<double> diagonal, List<double> beside, bool isSigned)
    {
        int size = diagonal.Count;
        var matrix = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            matrix[i, i] = diagonal[i];
            if (i > 0)
                matrix[i, i - 1] = matrix[i - 1, i] = beside[i - 1];
        }
        var (values, vectors) = linalg.eigh(tensor(matrix));
        double[] eigenvalues = Host.Numbers<double>(values);
        int best = Enumerable.Range(0, size).MaxBy(i => isSigned ? eigenvalues[i] : Math.Abs(eigenvalues[i]));
        return (eigenvalues[best], Math.Abs(Host.Number<double>(vectors[size - 1, best])));
    }
}
