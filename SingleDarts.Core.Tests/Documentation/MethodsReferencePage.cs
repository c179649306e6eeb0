using SingleDarts.Core.Search;

namespace SingleDarts.Core.Tests.Documentation;

/// <summary>The page of methods is what the program prints of the library's list.</summary>
public class MethodsReferencePage
{
    private const string Page = "docs/reference/methods.md";

    /// <summary>With <c>SINGLEDARTS_WRITE_PAGES=1</c> the page is written instead.</summary>
    [Fact]
    public void The_page_has_every_method_as_the_library_has_it() => PrintedPage.Hold(Page, "methods", "methods");

    [Fact]
    public void Every_method_says_where_it_lives_and_what_is_published()
    {
        SearchMethods.All.Select(method => method.Name).Should().OnlyHaveUniqueItems();
        string options = Repository.Read("docs/reference/options.md");
        foreach (SearchMethod method in SearchMethods.All)
        {
            SearchMethods.Named(method.Name).Should().BeSameAs(method);
            method.Spaces.Should().NotBeEmpty(method.Name).And.BeSubsetOf(["nasbench201", "darts", "darts-imagenet", "sharpdarts"]);
            method.Published.Should().NotBeEmpty(method.Name);
            options.Should().MatchRegex($@"`--method` .*[ ,]{method.Name}[,.]", "search takes it");
        }
        FluentActions.Invoking(() => SearchMethods.Named("nas")).Should().Throw<ArgumentException>().WithMessage("*'nas'*darts-minus*");
    }
}
