using SingleDarts.Core.Diagnostics;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Search;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Diagnostics;

public class HessianTests
{
    public static TheoryData<IRelaxation> AllRelaxations => new() { Relaxations.Sigmoid, Relaxations.Softmax };

    [Trait("Category", "Slow")]
    [Theory]
    [MemberData(nameof(AllRelaxations))]
    public void Exact_hessian_is_the_finite_difference_of_the_gradient_in_alpha(IRelaxation relaxation)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: relaxation);
        Tensor hessian = ExactHessian.Of(search.Step, search.Validation);
        hessian.shape.Should().Equal(30, 30);
        (hessian - hessian.t()).abs().max().item<double>().Should().BeLessThan(1e-10 * hessian.abs().max().item<double>());
        Tensor alpha = search.Alpha, start = alpha.detach().clone();
        Tensor Gradient(int i, double distance)
        {
            using (no_grad())
                alpha.view(-1)[i].Plus_(distance);
            Tensor gradient = search.Gradients(search.Validation).Alpha.reshape(-1);
            using (no_grad())
                alpha.copy_(start);
            return gradient;
        }
        Tensor differences = stack([.. Enumerable.Range(0, 30).Select(i => (Gradient(i, 1e-6) - Gradient(i, -1e-6)).Over(2e-6))]);
        (differences - hessian).abs().max().item<double>().Should().BeLessThan(1e-5 * hessian.abs().max().item<double>());
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(HessianProduct.Exact, CellExecution.PerEdge, 0)]
    [InlineData(HessianProduct.Exact, CellExecution.Merged, 0)]
    [InlineData(HessianProduct.Exact, CellExecution.PerEdge, 1)]
    [InlineData(HessianProduct.FiniteDifference, CellExecution.PerEdge, 0)]
    [InlineData(HessianProduct.FiniteDifference, CellExecution.PerEdge, 1)]
    [InlineData(HessianProduct.FiniteDifference, CellExecution.Merged, 0)]
    [InlineData(HessianProduct.FiniteDifference, CellExecution.Merged, 1)]
    public void Eigenvalue_is_the_dominant_one_of_the_exact_hessian(HessianProduct product, CellExecution execution, int relaxation)
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch(relaxation: relaxation == 0 ? Relaxations.Sigmoid : Relaxations.Softmax);
        double[] eigenvalues = [.. linalg.eigvalsh(ExactHessian.Of(search.Step, search.Validation)).data<double>()];
        double expected = eigenvalues.MaxBy(Math.Abs);
        search.Supernet.Execution = execution;
        Tensor alpha = search.Alpha.detach().clone();
        HessianEigenvalueRecord record = EpochReports.Measure(
            new HessianEigenvalue { Product = product, MaxProducts = 30, Tolerance = 1e-5 }, search.Step);
        record.Eigenvalue.Should().BeApproximately(expected, 1e-3 * Math.Abs(expected));
        record.Converged.Should().BeTrue();
        search.Supernet.Execution.Should().Be(execution);
        search.Alpha.equal(alpha).all().item<bool>().Should().BeTrue("α must be put back");
    }

    [Fact]
    public void Residual_bounds_the_distance_to_an_eigenvalue_when_products_run_out()
    {
        using var scope = NewDisposeScope();
        using var search = new SmallSearch();
        double[] eigenvalues = [.. linalg.eigvalsh(ExactHessian.Of(search.Step, search.Validation)).data<double>()];
        HessianEigenvalueRecord record = EpochReports.Measure(new HessianEigenvalue { MaxProducts = 2, Tolerance = 0 }, search.Step);
        (record.Products, record.Converged).Should().Be((2, false));
        eigenvalues.Min(e => Math.Abs(e - record.Eigenvalue)).Should().BeLessThanOrEqualTo(record.Residual * (1 + 1e-9));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void Lanczos_finds_the_eigenvalue_of_largest_absolute_value_of_any_symmetric_matrix(int size)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5UL);
        for (int trial = 0; trial < 5; trial++)
        {
            Tensor square = randn([size, size], ScalarType.Float64, generator: generator), symmetric = square.Plus(square.t());
            double expected = linalg.eigvalsh(symmetric).data<double>().ToArray().MaxBy(Math.Abs);
            var (found, _, _) = Lanczos.Dominant(symmetric.mv, size, size, 1e-10, trial);
            found.Should().BeApproximately(expected, 1e-8 * Math.Abs(expected));
            double largest = linalg.eigvalsh(symmetric).data<double>().ToArray().Max();
            Lanczos.Dominant(symmetric.mv, size, size, 1e-10, trial, isSigned: true).Eigenvalue
                .Should().BeApproximately(largest, 1e-8 * Math.Abs(largest));
        }
        Lanczos.Dominant(v => v.Times(0L), size, size, 1e-3, 0).Eigenvalue.Should().Be(0);
    }
}
